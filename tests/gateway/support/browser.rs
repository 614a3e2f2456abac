//! Somebody at a browser without scripts: he signs in, opens pages, fills in their forms.

use std::collections::BTreeMap;
use std::io::Write;

use reqwest::blocking::{Client, multipart};
use scraper::{ElementRef, Html, Selector};

use super::{Answer, Gateway, Installation};

/// The password of everybody who signs in in stories.
pub const SIGN_IN_PASSWORD: &str = "a long enough password";

impl Installation {
    /// Adds somebody who may sign in.
    pub fn add_user(&self, email: &str, role: &str) {
        let added =
            self.punchgate_with_input(&["user", "add", email, "--role", role, "--password-stdin"], SIGN_IN_PASSWORD);
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    }
}

impl Gateway {
    /// A browser in which nobody is signed in.
    pub fn browser(&self) -> Browser<'_> {
        punchgate::shop::tls::install();
        let client = Client::builder()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(30))
            .build()
            .expect("a client");
        Browser { gateway: self, client, language: "en" }
    }

    /// A browser in which somebody is signed in.
    pub fn signed_in(&self, email: &str) -> Browser<'_> {
        let browser = self.browser();
        let answer = browser.sign_in(email, SIGN_IN_PASSWORD);
        assert_eq!(answer.status, 303, "{}", answer.text());
        browser
    }
}

pub struct Browser<'a> {
    gateway: &'a Gateway,
    client: Client,
    /// `Accept-Language`.
    pub language: &'static str,
}

impl Browser<'_> {
    pub fn sign_in(&self, email: &str, password: &str) -> Answer {
        let page = self.page("/signin");
        page.form("/signin").with("email", email).with("password", password).send(self)
    }

    /// Opens an address and gives whatever comes.
    pub fn get(&self, path: &str) -> Answer {
        let request =
            self.client.get(self.url(path)).header("accept-language", self.language).header("accept", "text/html");
        Answer::of(request.send().expect("an answer"))
    }

    /// Opens a page that must be there.
    pub fn page(&self, path: &str) -> Page {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        Page { path: path.to_owned(), html: answer.text() }
    }

    /// Posts fields as no form of ours would, to try what is refused.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.client.post(self.url(path)).header("accept-language", self.language).form(fields);
        Answer::of(request.send().expect("an answer"))
    }

    /// Posts and follows the redirect to the page that tells what was done.
    pub fn done(&self, answer: &Answer) -> Page {
        assert_eq!(answer.status, 303, "{}", answer.text());
        self.page(answer.header("location"))
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.gateway.url) }
    }
}

/// A page that was opened, or came back with faults.
pub struct Page {
    pub path: String,
    pub html: String,
}

impl Page {
    pub fn of(path: &str, answer: &Answer) -> Self {
        Self { path: path.to_owned(), html: answer.text() }
    }

    /// All of its text, blanks folded.
    pub fn text(&self) -> String {
        let html = Html::parse_document(&self.html);
        let body = html.select(&selector("main")).next().unwrap_or(html.root_element());
        body.text().collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.text().contains(text), "{}: \"{text}\" is not in: {}", self.path, self.text());
        self
    }

    #[track_caller]
    pub fn says_not(&self, text: &str) -> &Self {
        assert!(!self.text().contains(text), "{}: \"{text}\" is in: {}", self.path, self.text());
        self
    }

    /// The addresses of its links.
    pub fn links(&self) -> Vec<String> {
        let html = Html::parse_document(&self.html);
        html.select(&selector("a[href]")).filter_map(|link| link.attr("href")).map(str::to_owned).collect()
    }

    /// The text of the first element that a CSS selector finds.
    pub fn find(&self, css: &str) -> Option<String> {
        let html = Html::parse_document(&self.html);
        let found = html.select(&selector(css)).next()?;
        Some(found.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The form that posts (or gets) to that address, as the page has filled it in.
    #[track_caller]
    pub fn form(&self, action: &str) -> Form {
        let html = Html::parse_document(&self.html);
        let wanted = |form: &ElementRef| form.attr("action").unwrap_or(&self.path) == action;
        let form = html.select(&selector("form")).find(wanted);
        let form = form.unwrap_or_else(|| panic!("{}: no form to {action} in {}", self.path, self.html));
        Form::read(action, form)
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).expect("a selector")
}

/// A form that is about to be sent.
#[derive(Clone)]
pub struct Form {
    action: String,
    fields: Vec<(String, String)>,
    files: BTreeMap<String, (String, Vec<u8>)>,
}

impl Form {
    /// As a browser submits it: no disabled fields, ticked boxes only, no buttons.
    fn read(action: &str, form: ElementRef) -> Self {
        let mut fields = Vec::new();
        for element in form.select(&selector("input[name], textarea[name], select[name]")) {
            let name = element.attr("name").unwrap_or_default().to_owned();
            if element.attr("disabled").is_some() {
                continue;
            }
            match (element.value().name(), element.attr("type").unwrap_or("text")) {
                ("input", "checkbox" | "radio") if element.attr("checked").is_none() => {}
                ("input", "checkbox" | "radio") => {
                    fields.push((name, element.attr("value").unwrap_or("on").to_owned()))
                }
                ("input", "file" | "submit" | "button") => {}
                ("input", _) => fields.push((name, element.attr("value").unwrap_or_default().to_owned())),
                ("select", _) => {
                    let chosen = element.select(&selector("option[selected]")).next();
                    let chosen = chosen.or_else(|| element.select(&selector("option")).next());
                    let value = chosen.and_then(|option| option.attr("value")).unwrap_or_default();
                    fields.push((name, value.to_owned()));
                }
                _ => {
                    let text = element.text().collect::<String>();
                    fields.push((name, text.strip_prefix('\n').unwrap_or(&text).to_owned()));
                }
            }
        }
        Self { action: action.to_owned(), fields, files: BTreeMap::new() }
    }

    /// Fills a field in; also presses a button by its name.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, present)) => *present = value.to_owned(),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Unticks a box.
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Chooses a file.
    pub fn with_file(mut self, name: &str, file_name: &str, content: impl AsRef<[u8]>) -> Self {
        let mut bytes = Vec::new();
        bytes.write_all(content.as_ref()).expect("memory");
        self.files.insert(name.to_owned(), (file_name.to_owned(), bytes));
        self
    }

    /// Posts it.
    pub fn send(self, browser: &Browser<'_>) -> Answer {
        let request = browser.client.post(browser.url(&self.action)).header("accept-language", browser.language);
        let request = if self.files.is_empty() {
            request.form(&self.fields)
        } else {
            let mut form = multipart::Form::new();
            for (name, value) in self.fields {
                form = form.text(name, value);
            }
            for (name, (file_name, bytes)) in self.files {
                form = form.part(name, multipart::Part::bytes(bytes).file_name(file_name));
            }
            request.multipart(form)
        };
        Answer::of(request.send().expect("an answer"))
    }
}
