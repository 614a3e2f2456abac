//! DOWNLOADJSON (OCI 5.0, digest section 5): which part of the catalogue a buyer asks for.
//!
//! Owns the arguments of the function and the arithmetic of its pages. What a page holds is [`new_item`](super::new_item)'s.
//! The surprising fact: nobody has published how LASTUPDATED is written, so every usual way of writing a date is read.

use super::call::CallError;
use super::parameters::Parameters;
use super::placeholder::refuse_placeholder;

/// Items of a page if the call names no PAGESIZE.
pub const DEFAULT_PAGE_SIZE: u32 = 50;
/// The most items of one page; a call that wants more, or says 0, gets so many.
pub const MAX_PAGE_SIZE: u32 = 100_000;
/// CTI is repeated up to so many characters.
const MAX_CTI: usize = 64;

/// The arguments of DOWNLOADJSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// 1 to [`MAX_PAGE_SIZE`].
    pub page_size: u32,
    /// From 1; may be beyond the last page.
    pub page: u64,
    /// Only what changed after this moment (microseconds since 1970, UTC); `None` is everything.
    pub since: Option<i64>,
    /// The snapshot that an earlier page named.
    pub transaction: Option<i64>,
    /// Repeated in the answer.
    pub cti: String,
}

impl Default for Wish {
    fn default() -> Self {
        Self { page_size: DEFAULT_PAGE_SIZE, page: 1, since: None, transaction: None, cti: "X".to_owned() }
    }
}

impl Wish {
    pub(super) fn read(parameters: &Parameters) -> Result<Self, CallError> {
        let given = |argument: &'static str| -> Result<Option<&str>, CallError> {
            let value = parameters.get(argument).unwrap_or_default().trim();
            refuse_placeholder(argument, value)?;
            Ok(Some(value).filter(|value| !value.is_empty()))
        };
        let whole = |argument: &'static str| -> Result<Option<u64>, CallError> {
            given(argument)?
                .map(|value| digits(value).ok_or_else(|| wrong(argument, "it is not digits only")))
                .transpose()
        };
        let transaction = match given("TRANSACTIONID")? {
            None => None,
            // A number that is none of ours is an unknown snapshot; anything else never was one.
            Some(id) => Some(digits(id).and_then(|id| i64::try_from(id).ok()).ok_or_else(|| {
                wrong(
                    "TRANSACTIONID",
                    "it is not digits only; the first page is asked for without it, the others with that of the first",
                )
            })?),
        };
        let since = match given("LASTUPDATED")? {
            Some(moment) if !moment.bytes().all(|byte| matches!(byte, b'0' | b'-' | b'.' | b':' | b' ' | b'T')) => {
                let known = "it is no date that is understood; 2026-11-27, 20261127, 20261127153000 and 2026-11-27T15:30:00Z are";
                Some(read_moment(moment).ok_or_else(|| wrong("LASTUPDATED", known))?)
            }
            // SAP writes a date that is not there as zeros.
            _ => None,
        };
        Ok(Self {
            page_size: match whole("PAGESIZE")? {
                None => DEFAULT_PAGE_SIZE,
                Some(0) => MAX_PAGE_SIZE,
                Some(size) => u32::try_from(size).unwrap_or(MAX_PAGE_SIZE).min(MAX_PAGE_SIZE),
            },
            page: whole("REQUESTEDPAGE")?.unwrap_or(1).max(1),
            since,
            transaction,
            cti: given("CTI")?.map_or_else(|| "X".to_owned(), |cti| cti.chars().take(MAX_CTI).collect()),
        })
    }
}

/// Which of `total` entries stand on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// From 1, and within what there is.
    pub page: u64,
    pub pages: u64,
    pub total: u64,
    page_size: u64,
}

impl Paging {
    /// A page beyond the last one is the last one; of nothing there is an empty page 1 of 0.
    pub fn of(wish: &Wish, total: u64) -> Self {
        let page_size = u64::from(wish.page_size.max(1));
        let pages = total.div_ceil(page_size);
        Self { page: wish.page.clamp(1, pages.max(1)), pages, total, page_size }
    }

    /// Entries on the pages before.
    pub fn offset(&self) -> u64 {
        (self.page - 1) * self.page_size
    }

    /// Entries on this page.
    pub fn len(&self) -> u64 {
        self.page_size.min(self.total - self.offset())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn wrong(argument: &str, reason: &str) -> CallError {
    CallError::ArgumentWrong { function: "DOWNLOADJSON", argument: argument.to_owned(), reason: reason.to_owned() }
}

/// What is too large for a number is as large as one can be.
fn digits(value: &str) -> Option<u64> {
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| value.parse().unwrap_or(u64::MAX))
}

/// `2026-11-27`, `20261127`, each with a time behind it or not, with an offset or not (then UTC). By hand, because this room
/// knows no clock and no crate that has one.
fn read_moment(text: &str) -> Option<i64> {
    let mut text = Scanner(text);
    let year = text.number(4)?;
    let is_dashed = text.skip("-");
    let month = text.number(2)?;
    if is_dashed && !text.skip("-") {
        return None;
    }
    let days = days_since_1970(year, month, text.number(2)?)?;
    let mut seconds = 0;
    let mut micros = 0;
    if !text.0.is_empty() {
        let is_apart = ["T", "t", " "].into_iter().any(|sign| text.skip(sign));
        if is_dashed && !is_apart {
            return None;
        }
        let hour = text.number(2).filter(|hour| *hour < 24)?;
        let has_colons = text.skip(":");
        let minute = text.number(2).filter(|minute| *minute < 60)?;
        let has_seconds = if has_colons { text.skip(":") } else { text.0.starts_with(|c: char| c.is_ascii_digit()) };
        let second = if has_seconds { text.number(2).filter(|second| *second < 60)? } else { 0 };
        if text.skip(".") {
            micros = text.fraction()?;
        }
        seconds = hour * 3_600 + minute * 60 + second - text.offset()?;
    }
    Some((days * 86_400 + seconds) * 1_000_000 + micros)
}

/// What of a moment is not read yet.
struct Scanner<'a>(&'a str);

impl Scanner<'_> {
    fn skip(&mut self, sign: &str) -> bool {
        let rest = self.0.strip_prefix(sign);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Exactly so many digits.
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
        self.0 = rest;
        number.parse().ok().filter(|_| is_number)
    }

    /// Digits behind the point, as microseconds.
    fn fraction(&mut self) -> Option<i64> {
        let end = self.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at_checked(end).filter(|(digits, _)| (1..=9).contains(&digits.len()))?;
        self.0 = rest;
        format!("{digits:0<9}").parse::<i64>().ok().map(|nanos| nanos / 1_000)
    }

    /// The rest, as seconds to the east. `+01:00` in a URL arrives with a blank instead of the plus.
    fn offset(&mut self) -> Option<i64> {
        if matches!(self.0, "" | "Z" | "z") {
            return Some(0);
        }
        let sign = if self.skip("-") { -1 } else { (self.skip("+") || self.skip(" ")).then_some(1)? };
        let hours = self.number(2).filter(|hours| *hours < 24)?;
        let has_minutes = self.skip(":") || !self.0.is_empty();
        let minutes = if has_minutes { self.number(2).filter(|minutes| *minutes < 60)? } else { 0 };
        self.0.is_empty().then_some(sign * (hours * 3_600 + minutes * 60))
    }
}

/// Of a day in the Gregorian calendar, if there is that day.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if year < 1 || !(1..=length).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the leap day is their last; the days before a month follow from 153 in five months.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leaps = year / 4 - year / 100 + year / 400;
    Some(year * 365 + leaps + (153 * month + 2) / 5 + day - 1 - 719_468)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(query: &str) -> Result<Wish, CallError> {
        Wish::read(&Parameters::read(query.as_bytes(), b"", None).unwrap())
    }

    #[test]
    fn what_is_not_said_has_its_default() {
        assert_eq!(read(""), Ok(Wish::default()));
        let siemens = "OCI_VERSION=5.0&FUNCTION=DOWNLOADJSON&PAGESIZE=100&REQUESTEDPAGE=&LASTUPDATED=";
        assert_eq!(read(siemens), Ok(Wish { page_size: 100, ..Wish::default() }));
        assert_eq!(
            read("pagesize=7&RequestedPage=3&transactionid=42&cti=Y"),
            Ok(Wish { page_size: 7, page: 3, transaction: Some(42), cti: "Y".into(), since: None })
        );
    }

    #[test]
    fn a_page_has_at_most_as_many_items_as_one_answer_may_hold() {
        let size = |value: &str| read(&format!("PAGESIZE={value}")).unwrap().page_size;
        assert_eq!(
            [size("0"), size("99999999999999999999"), size("100001"), size("1")],
            [MAX_PAGE_SIZE, MAX_PAGE_SIZE, MAX_PAGE_SIZE, 1]
        );
        assert_eq!(read("REQUESTEDPAGE=0").unwrap().page, 1);
        assert_eq!(read("REQUESTEDPAGE=99999999999999999999").unwrap().page, u64::MAX);
    }

    #[test]
    fn what_is_no_number_or_date_is_refused_by_name() {
        for (query, name) in [
            ("PAGESIZE=many", "PAGESIZE"),
            ("PAGESIZE=-1", "PAGESIZE"),
            ("REQUESTEDPAGE=1.5", "REQUESTEDPAGE"),
            ("TRANSACTIONID=a1b2c3", "TRANSACTIONID"),
            ("TRANSACTIONID=99999999999999999999", "TRANSACTIONID"),
            ("LASTUPDATED=yesterday", "LASTUPDATED"),
            ("LASTUPDATED=27.11.2026", "LASTUPDATED"),
            ("LASTUPDATED=20261332", "LASTUPDATED"),
            ("LASTUPDATED=2026-02-29", "LASTUPDATED"),
            ("LASTUPDATED=2026-11-2715:30", "LASTUPDATED"),
            ("LASTUPDATED=20261127T240000", "LASTUPDATED"),
            ("LASTUPDATED=2026-11-27T15:30:00.Z", "LASTUPDATED"),
            ("LASTUPDATED=2026-11-27T15:30:00%2B01:00x", "LASTUPDATED"),
        ] {
            assert!(
                matches!(read(query), Err(CallError::ArgumentWrong { argument, .. }) if argument == name),
                "{query}"
            );
        }
        assert!(matches!(read("PAGESIZE=<PAGESIZE>"), Err(CallError::Placeholder { .. })));
    }

    #[test]
    fn a_moment_is_understood_however_it_is_written() {
        let since = |text: &str| {
            let since = read(&format!("LASTUPDATED={text}")).unwrap().since;
            since.map(|since| jiff::Timestamp::from_microsecond(since).unwrap().to_string())
        };
        for text in [
            "2026-11-27T15:30:00Z",
            "2026-11-27T16:30:00%2B01:00",
            "2026-11-27T16:30:00+01:00",
            "2026-11-27T15:30:00",
            "2026-11-27+15:30:00",
            "2026-11-27%2015:30",
            "20261127153000",
            "20261127T153000",
            "20261127T153000Z",
            "20261127T1530",
            "2026-11-27T10:30:00-0500",
            "2026-11-27T16:30:00.000%2B01",
        ] {
            assert_eq!(since(text).as_deref(), Some("2026-11-27T15:30:00Z"), "{text}");
        }
        for text in ["20261127", "2026-11-27"] {
            assert_eq!(since(text).as_deref(), Some("2026-11-27T00:00:00Z"), "{text}");
        }
        for nothing in ["", "00000000", "00000000000000", "0000-00-00", "0000-00-00+00:00:00"] {
            assert_eq!(since(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn of_nothing_there_is_an_empty_page() {
        let paging = Paging::of(&Wish { page: 7, ..Wish::default() }, 0);
        assert_eq!((paging.page, paging.pages, paging.offset(), paging.len()), (1, 0, 0, 0));
    }

    proptest! {
        #[test]
        fn a_moment_is_what_any_other_calendar_says(micros in -62_135_596_800_000_000_i64..253_402_300_799_000_000) {
            let moment = jiff::Timestamp::from_microsecond(micros).unwrap();
            prop_assert_eq!(read_moment(&moment.to_string()), Some(micros));
            prop_assert_eq!(read_moment(&moment.strftime("%Y%m%d%H%M%S").to_string()), Some(micros.div_euclid(1_000_000) * 1_000_000));
        }

        #[test]
        fn the_pages_hold_every_entry_once(total in 0_u64..5_000, page_size in 1_u32..700) {
            let paging = |page| Paging::of(&Wish { page_size, page, ..Wish::default() }, total);
            let pages = paging(1).pages;
            let mut next = 0;
            for page in 1..=pages {
                let paging = paging(page);
                prop_assert_eq!((paging.page, paging.offset()), (page, next));
                prop_assert!(!paging.is_empty() && paging.len() <= u64::from(page_size));
                next += paging.len();
            }
            prop_assert_eq!(next, total);
            prop_assert_eq!(paging(u64::MAX), paging(pages.max(1)), "beyond the last is the last");
        }

        #[test]
        fn any_wish_is_read_or_refused(text in any::<String>(), page in any::<u64>(), total in any::<u32>()) {
            let query: String = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("LASTUPDATED", &text).append_pair("TRANSACTIONID", &text).finish();
            let _ = read(&query);
            let paging = Paging::of(&Wish { page, ..Wish::default() }, total.into());
            prop_assert!(paging.offset() + paging.len() <= total.into());
        }
    }
}
