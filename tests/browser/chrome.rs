//! A browser, and what a person does with it.

use std::cell::RefCell;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::prelude::*;
use tokio::runtime::Runtime;

/// How long a person waits for something to appear.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Chrome {
    runtime: Runtime,
    driver: WebDriver,
    process: Child,
    base: String,
    axe: String,
    /// What was found on the pages that were looked at.
    pub faults: RefCell<Vec<String>>,
    folder: PathBuf,
    _profile: tempfile::TempDir,
}

fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names
        .iter()
        .find_map(|name| std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file()))
}

/// What is missing for these tests.
fn missing(with_axe: bool) -> Option<&'static str> {
    let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/node_modules/axe-core/axe.min.js");
    if find(&["chromedriver"]).is_none() || find(&["chromium", "google-chrome", "chrome"]).is_none() {
        return Some("Chromium and its driver are not installed");
    }
    (with_axe && !axe.is_file()).then_some("axe-core is not installed: npm ci --prefix tests/browser")
}

impl Chrome {
    /// A browser in that language, or nothing where there is none.
    pub fn start(language: &str, base: &str) -> Option<Self> {
        Self::with(language, base, true, json!({}))
    }

    /// The same without the eye for accessibility; in frames it keeps no cookies of other sites than the window's.
    pub fn without_third_party_cookies(base: &str) -> Option<Self> {
        const BLOCK_THIRD_PARTIES: u32 = 1;
        let preferences =
            json!({ "profile.cookie_controls_mode": BLOCK_THIRD_PARTIES, "profile.block_third_party_cookies": true });
        Self::with("en", base, false, preferences)
    }

    fn with(language: &str, base: &str, with_axe: bool, preferences: Value) -> Option<Self> {
        punchgate::shop::tls::install();
        if let Some(missing) = missing(with_axe) {
            assert!(std::env::var_os("PUNCHGATE_TEST_REQUIRE_BROWSER").is_none(), "{missing}");
            eprintln!("skipped: {missing}");
            return None;
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let axe = root.join("tests/browser/node_modules/axe-core/axe.min.js");
        let axe = if with_axe { std::fs::read_to_string(axe).expect("axe-core") } else { String::new() };
        let folder = root.join("target/screenshots").join(language);
        std::fs::create_dir_all(&folder).expect("a folder for the pictures");
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number").port();
        let process = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let profile = tempfile::tempdir().expect("a folder");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let driver = runtime.block_on(async {
            let mut wishes = DesiredCapabilities::chrome();
            for argument in [
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ] {
                wishes.add_arg(argument).expect("an argument");
            }
            wishes.add_arg(&format!("--user-data-dir={}", profile.path().display())).expect("an argument");
            wishes.add_arg(&format!("--lang={language}")).expect("an argument");
            let mut all = json!({ "intl.accept_languages": language });
            for (name, value) in preferences.as_object().into_iter().flatten() {
                all[name] = value.clone();
            }
            wishes.add_experimental_option("prefs", all).expect("preferences");
            let until = Instant::now() + PATIENCE;
            loop {
                match WebDriver::new(format!("http://127.0.0.1:{port}"), wishes.clone()).await {
                    Ok(driver) => break driver,
                    Err(error) if Instant::now() > until => panic!("no browser: {error}"),
                    Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
                }
            }
        });
        let chrome = Self {
            runtime,
            driver,
            process,
            base: base.to_owned(),
            axe,
            faults: RefCell::default(),
            folder,
            _profile: profile,
        };
        chrome.show_as(1280, 900, "light");
        Some(chrome)
    }

    fn cdp(&self, method: &str, parameters: Value) -> Value {
        self.runtime.block_on(self.driver.cdp().send_raw(method, parameters)).expect("the browser obeys")
    }

    fn show_as(&self, width: u32, height: u32, scheme: &str) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics);
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.cdp("Emulation.setEmulatedMedia", media);
    }

    /// Lets every answer take so many milliseconds longer from now on.
    pub fn answer_after(&self, latency: u32) {
        self.cdp("Network.enable", json!({}));
        let conditions =
            json!({ "offline": false, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.cdp("Network.emulateNetworkConditions", conditions);
    }

    pub fn open(&self, path: &str) {
        self.runtime.block_on(self.driver.goto(format!("{}{path}", self.base))).expect("a page");
    }

    pub fn path(&self) -> String {
        self.runtime.block_on(self.driver.current_url()).expect("an address").path().to_owned()
    }

    /// Waits until the browser is at that path.
    #[track_caller]
    pub fn arrive(&self, path: &str) {
        self.wait(path, || (self.path() == path).then_some(()));
    }

    #[track_caller]
    fn wait<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(Instant::now() < until, "{what} did not appear on {}:\n{}", self.path(), self.text());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The text of the page as a person sees it.
    pub fn text(&self) -> String {
        let script =
            "const filled = [...document.querySelectorAll('input:not([type=hidden], [type=password]), textarea')];
            return document.body ? document.body.innerText + filled.map((field) => '\\n' + field.value).join('') : ''";
        let text = self.runtime.block_on(self.driver.execute(script, Vec::new()));
        text.ok().and_then(|text| text.json().as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Waits until a text stands on the page.
    #[track_caller]
    pub fn see(&self, text: &str) {
        self.wait(text, || self.text().contains(text).then_some(()));
    }

    /// Does something inside a frame of the page, as soon as it is there.
    fn in_frame<T>(&self, name: &str, look: impl AsyncFn(&WebDriver) -> Option<T>) -> Option<T> {
        self.runtime.block_on(async {
            self.driver.enter_default_frame().await.ok()?;
            let css = format!("iframe[name='{name}']");
            let frame = self.driver.find(By::Css(css.as_str())).await.ok()?;
            frame.enter_frame().await.ok()?;
            let found = look(&self.driver).await;
            self.driver.enter_default_frame().await.ok()?;
            found
        })
    }

    /// Waits until a text stands in a frame.
    #[track_caller]
    pub fn see_in_frame(&self, name: &str, text: &str) {
        let reads = async |driver: &WebDriver| {
            let body = driver.find(By::Tag("body")).await.ok()?;
            body.text().await.ok().filter(|found| found.contains(text))
        };
        self.wait(text, || self.in_frame(name, reads).map(drop));
    }

    /// Presses a button in a frame.
    #[track_caller]
    pub fn press_in_frame(&self, name: &str, label: &str) {
        let path = format!("//button[normalize-space()=\"{label}\"]");
        let press = async |driver: &WebDriver| driver.find(By::XPath(path.as_str())).await.ok()?.click().await.ok();
        self.wait(label, || self.in_frame(name, press));
    }

    fn visible(&self, by: By) -> Option<WebElement> {
        self.runtime.block_on(async {
            for element in self.driver.find_all(by).await.ok()? {
                if element.is_displayed().await.unwrap_or(false) {
                    return Some(element);
                }
            }
            None
        })
    }

    /// Presses the first button or link with that label.
    #[track_caller]
    pub fn press(&self, label: &str) {
        let path = format!("//*[self::a or self::button][normalize-space()=\"{label}\"]");
        self.press_found(label, &path);
    }

    #[track_caller]
    fn press_found(&self, what: &str, path: &str) {
        let pressed = || {
            let element = self.visible(By::XPath(path))?;
            self.runtime.block_on(element.click()).ok()
        };
        self.wait(what, pressed);
    }

    /// Presses the button or link with that label in the dialog.
    #[track_caller]
    pub fn press_in_dialog(&self, label: &str) {
        let path = format!("//dialog[@open]//*[self::a or self::button][normalize-space()=\"{label}\"]");
        self.press_found(label, &path);
    }

    /// Presses the first button of the form that posts there.
    #[track_caller]
    pub fn press_submit(&self, action: &str) {
        self.press_found(action, &format!("//form[@action='{action}']//button[not(@name)]"));
    }

    /// The same, by how the address ends.
    #[track_caller]
    pub fn press_submit_ending(&self, ending: &str) {
        let length = ending.len() - 1;
        self.press_found(
            ending,
            &format!("//form[substring(@action, string-length(@action) - {length}) = '{ending}']//button[not(@name)]"),
        );
    }

    /// Follows the first link into that part of the site.
    #[track_caller]
    pub fn press_link_to(&self, beginning: &str) {
        self.press_found(beginning, &link_to(beginning));
    }

    /// Whether there is such a link now.
    pub fn has_link_to(&self, beginning: &str) -> bool {
        self.visible(By::XPath(link_to(beginning))).is_some()
    }

    /// Chooses the option of a list that shows a text.
    #[track_caller]
    pub fn choose(&self, text: &str) {
        let path = format!("//label[.//input[@type='radio']][contains(normalize-space(), \"{text}\")]//input");
        self.press_found(text, &path);
    }

    /// Types into the visible field of that name, in place of what is there.
    #[track_caller]
    pub fn fill(&self, name: &str, value: &str) {
        let css = format!("input[name='{name}']:not([type=hidden]), textarea[name='{name}']");
        let element = self.wait(name, || self.visible(By::Css(css.as_str())));
        self.runtime.block_on(async {
            element.clear().await.expect("an empty field");
            element.send_keys(value).await.expect("typing");
        });
    }

    /// Chooses a day. What typing one takes differs by the browser's language; its calendar sets the value.
    #[track_caller]
    pub fn choose_day(&self, name: &str, day: &str) {
        let script = format!("document.querySelector('input[name={name}]').value = '{day}'");
        self.runtime.block_on(self.driver.execute(script, Vec::new())).expect("a date field");
    }

    /// Chooses from a drop-down by its value.
    #[track_caller]
    pub fn select(&self, name: &str, value: &str) {
        self.press_found(name, &format!("//select[@name='{name}']/option[@value='{value}']"));
    }

    /// Ticks a box.
    #[track_caller]
    pub fn tick(&self, name: &str) {
        self.press_found(name, &format!("//input[@name='{name}'][@type='checkbox']"));
    }

    /// The text of an element.
    #[track_caller]
    pub fn read(&self, css: &str) -> String {
        let element = self.wait(css, || self.visible(By::Css(css)));
        self.runtime.block_on(element.text()).expect("a text")
    }

    /// Looks at the page: a picture, and no serious finding of accessibility; wide and light, narrow and dark.
    #[track_caller]
    pub fn look(&self, name: &str) {
        for (kind, width, height, scheme) in [("wide-light", 1280, 900, "light"), ("narrow-dark", 390, 844, "dark")] {
            self.show_as(width, height, scheme);
            self.picture(&format!("{name}-{kind}"), width);
            let findings = self.findings();
            if !findings.is_empty() {
                self.faults.borrow_mut().push(format!("{name} ({kind}), {}: {findings:#?}", self.path()));
            }
        }
        self.show_as(1280, 900, "light");
        let script = "return document.documentElement.scrollWidth > window.innerWidth";
        let wide = self.runtime.block_on(self.driver.execute(script, Vec::new())).expect("a script");
        if wide.json() != &json!(false) {
            self.faults.borrow_mut().push(format!("{name} is wider than the window"));
        }
    }

    fn picture(&self, name: &str, width: u32) {
        let script = "return Math.min(document.documentElement.scrollHeight, 4000)";
        let height = self.runtime.block_on(self.driver.execute(script, Vec::new())).expect("a script");
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height.json(), "scale": 1 });
        let taken =
            self.cdp("Page.captureScreenshot", json!({ "format": "png", "captureBeyondViewport": true, "clip": clip }));
        use base64::Engine;
        let picture = base64::engine::general_purpose::STANDARD.decode(taken["data"].as_str().expect("a picture"));
        std::fs::write(self.folder.join(format!("{name}.png")), picture.expect("base 64")).expect("a file");
    }

    /// What axe finds that keeps somebody out.
    fn findings(&self) -> Vec<Value> {
        const RUN: &str = "const done = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ['violations'] }).then((result) => done(result.violations
                .filter((found) => ['serious', 'critical'].includes(found.impact))
                .map((found) => ({ rule: found.id, help: found.help, nodes: found.nodes.slice(0, 3).map((node) => node.html + ' ' + node.failureSummary) }))));";
        let found = self.runtime.block_on(async {
            self.driver.execute(self.axe.as_str(), Vec::new()).await.expect("axe-core");
            self.driver.execute_async(RUN, Vec::new()).await.expect("its findings")
        });
        found.json().as_array().cloned().unwrap_or_default()
    }

    /// What the browser complained about.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.runtime.block_on(self.driver.browser_log()).unwrap_or_default();
        // A form that comes back with its faults answers 422, which browsers mention.
        let expected = |message: &String| message.contains("422") || message.contains("/nowhere");
        log.into_iter().map(|entry| entry.message).filter(|message| !expected(message)).collect()
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        let _ = self.runtime.block_on(self.driver.clone().quit());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn link_to(beginning: &str) -> String {
    format!("//a[starts-with(@href, '{beginning}')]")
}
