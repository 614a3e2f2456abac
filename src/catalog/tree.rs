//! One article of a BMEcat file as a small tree, in buffers that the next article uses again.
//!
//! Names are without their namespace. Entities are those of XML itself; whatever a document type declares stays as it
//! is written, so that no entity can ever grow.

use std::ops::Range;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart};

/// Elements of one article at most.
const MAX_ELEMENTS: usize = 50_000;

#[derive(Default)]
pub(super) struct Tree {
    elements: Vec<Element>,
    names: String,
    text: String,
    attributes: Vec<(Range<usize>, Range<usize>)>,
    /// Elements that are open, the innermost last.
    open: Vec<usize>,
}

struct Element {
    name: Range<usize>,
    text: Range<usize>,
    attributes: Range<usize>,
    /// Behind the last element within.
    end: usize,
}

#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    tree: &'a Tree,
    index: usize,
}

impl Tree {
    pub fn clear(&mut self) {
        self.elements.clear();
        self.names.clear();
        self.text.clear();
        self.attributes.clear();
        self.open.clear();
    }

    /// False when there are too many.
    pub fn start(&mut self, start: &BytesStart<'_>) -> bool {
        if self.elements.len() >= MAX_ELEMENTS {
            return false;
        }
        let name = push(&mut self.names, start.local_name().as_ref());
        let first = self.attributes.len();
        for attribute in start.attributes().with_checks(false).flatten() {
            let key = push(&mut self.names, attribute.key.local_name().as_ref());
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap_or_default();
            let value = push(&mut self.names, &value);
            self.attributes.push((key, value));
        }
        let at = self.text.len();
        self.open.push(self.elements.len());
        self.elements.push(Element { name, text: at..at, attributes: first..self.attributes.len(), end: 0 });
        true
    }

    /// True when the outermost element is closed.
    pub fn end(&mut self) -> bool {
        if let Some(index) = self.open.pop() {
            self.elements[index].end = self.elements.len();
        }
        self.open.is_empty()
    }

    pub fn text(&mut self, text: &str) {
        let Some(element) = self.open.last().and_then(|index| self.elements.get_mut(*index)) else { return };
        // Text between inner elements is layout.
        if element.text.end == self.text.len() {
            self.text.push_str(text);
            element.text.end = self.text.len();
        }
    }

    pub fn reference(&mut self, reference: &BytesRef<'_>) {
        match reference.resolve_char_ref() {
            Ok(Some(character)) => self.text(character.encode_utf8(&mut [0; 4])),
            _ => match quick_xml::escape::resolve_xml_entity(reference) {
                Some(text) => self.text(text),
                None => {
                    self.text("&");
                    self.text(reference);
                    self.text(";");
                }
            },
        }
    }

    pub fn root(&self) -> Option<Node<'_>> {
        (!self.elements.is_empty()).then_some(Node { tree: self, index: 0 })
    }
}

fn push(buffer: &mut String, text: &str) -> Range<usize> {
    let start = buffer.len();
    buffer.push_str(text);
    start..buffer.len()
}

impl<'a> Node<'a> {
    fn element(self) -> &'a Element {
        &self.tree.elements[self.index]
    }

    pub fn name(self) -> &'a str {
        &self.tree.names[self.element().name.clone()]
    }

    /// Without outer white space.
    pub fn text(self) -> &'a str {
        self.tree.text[self.element().text.clone()].trim()
    }

    pub fn attribute(self, name: &str) -> Option<&'a str> {
        let attributes = &self.tree.attributes[self.element().attributes.clone()];
        let found = attributes.iter().find(|(key, _)| &self.tree.names[key.clone()] == name)?;
        Some(&self.tree.names[found.1.clone()])
    }

    pub fn children(self) -> impl Iterator<Item = Node<'a>> {
        let (tree, end) = (self.tree, self.element().end);
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            let child = (next < end).then_some(Node { tree, index: next })?;
            next = child.element().end;
            Some(child)
        })
    }

    /// The children with one of the names: BMEcat 1.2 and 2005 have different ones.
    pub fn all(self, names: &'static [&'static str]) -> impl Iterator<Item = Node<'a>> {
        self.children().filter(move |child| names.contains(&child.name()))
    }

    pub fn child(self, names: &'static [&'static str]) -> Option<Node<'a>> {
        self.all(names).next()
    }

    /// The text of the first such child, if it has one.
    pub fn value(self, names: &'static [&'static str]) -> Option<&'a str> {
        self.all(names).map(Node::text).find(|text| !text.is_empty())
    }

    /// The first element of that name, however deep.
    pub fn within(self, names: &'static [&'static str]) -> Option<Node<'a>> {
        let inner = self.index + 1..self.element().end;
        inner.map(|index| Node { tree: self.tree, index }).find(|node| names.contains(&node.name()))
    }
}
