//! A form as browsers submit it, by the HTML standard (4.10.22, "Form submission"): line breaks become CR LF, texts are
//! encoded in the page's charset, and what it lacks would become a numeric reference.

use encoding_rs::Encoding;

use crate::support::{Answer, ReturnForm};

/// A body with its type.
pub struct Submission {
    pub content_type: String,
    pub body: Vec<u8>,
}

/// The form of a return page, and the charset that a browser takes for it.
pub struct Page {
    pub form: ReturnForm,
    pub encoding: &'static Encoding,
}

impl Page {
    #[track_caller]
    pub fn read(answer: &Answer) -> Self {
        let label = answer.header("content-type").split_once("charset=").expect("a charset").1;
        let encoding = Encoding::for_label(label.as_bytes()).expect("a charset that browsers know");
        let (text, _, malformed) = encoding.decode(&answer.bytes);
        assert!(!malformed, "the page holds bytes that are not {label}");
        let form = ReturnForm::read(&text);
        assert_eq!(form.accept_charset.to_lowercase(), label.to_lowercase());
        Self { form, encoding }
    }

    pub fn bytes(&self, text: &str) -> Vec<u8> {
        bytes(self.encoding, text)
    }

    /// `application/x-www-form-urlencoded`; also the query of a GET.
    pub fn urlencoded(&self) -> Submission {
        let encoded = |text: &str| -> Vec<u8> {
            let pieces = self.bytes(text).into_iter().map(|byte| match byte {
                b' ' => "+".to_owned(),
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
                other => format!("%{other:02X}"),
            });
            pieces.collect::<String>().into_bytes()
        };
        let fields = self.form.fields.iter().map(|(name, value)| [encoded(name), encoded(value)].join(&b'='));
        let body = fields.collect::<Vec<_>>().join(&b'&');
        Submission { content_type: "application/x-www-form-urlencoded".to_owned(), body }
    }

    /// `multipart/form-data`, which some buyers ask for by a script of their own.
    pub fn multipart(&self) -> Submission {
        const BOUNDARY: &str = "----PunchgateBoundary7MA4YWxkTrZu0gW";
        let mut body = Vec::new();
        for (name, value) in &self.form.fields {
            let name = name.replace("\r\n", "\n").replace('\n', "%0D%0A").replace('"', "%22");
            body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"").into_bytes());
            body.extend(self.bytes(&name));
            body.extend(b"\"\r\n\r\n");
            body.extend(self.bytes(value));
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        Submission { content_type: format!("multipart/form-data; boundary={BOUNDARY}"), body }
    }
}

/// The bytes of one name or value.
pub fn bytes(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
    encoding.encode(&lines).0.into_owned()
}
