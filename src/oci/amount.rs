//! Quantities, prices and price units in OCI's "11.3" form, exactly (OCI 4.0; digest 3.3).
//!
//! Eleven digits, a point, always three decimals; no sign, no blank, no thousands sign, no exponent.
//! A quantity is never rounded. A price finer than three decimals becomes a price for ten, a hundred,
//! a thousand …: 0.00725 for 1 is 0.725 for 100. Never through binary floating point.

pub use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy;

use super::finding::Finding;
use super::rules::demands;

/// Decimals of QUANTITY and PRICE.
const DECIMALS: u32 = 3;
/// The first number that no longer fits into eleven digits.
const TOO_LARGE: i128 = 100_000_000_000;
/// PRICEUNIT has five digits since OCI 4.0.
const MAX_UNIT: i128 = 99_999;
/// A rounded price may differ from the exact one by this part without a search for a better PRICEUNIT: a ten-thousandth.
const FINE: Decimal = Decimal::from_parts(1, 0, 0, false, 4);
/// And by this one at most: a hundredth.
const COARSE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
/// The digits a [`Decimal`] holds whatever their value is.
pub const MAX_DIGITS: usize = 28;

/// PRICE and PRICEUNIT of one item: `price` is what `unit` of them cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// As it is written, `12.500`.
    pub price: String,
    /// 1 to 99999.
    pub unit: u32,
    /// The exact price has no form in OCI; `price` is the nearest that has.
    pub rounded: bool,
}

/// Why a quantity has no form in OCI.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    #[error("{0} is not greater than zero")]
    NotPositive(Decimal),
    #[error("{0} has more than 11 digits before the point")]
    TooLarge(Decimal),
    #[error("{0} has more than 3 decimals, and a quantity is never rounded")]
    TooManyDecimals(Decimal),
}

/// Why a price has no form in OCI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PriceError {
    Negative(Decimal),
    PerNotPositive(Decimal),
    TooLarge(Decimal),
    /// Not even for 99999 it is anything like a price of three decimals.
    TooSmall(Decimal),
}

impl QuantityError {
    /// The same, said of a field.
    pub fn finding(&self, field: &str) -> Finding {
        let (demand, value) = match self {
            Self::NotPositive(value) => (&demands::BAD_QUANTITY_ZERO, value),
            Self::TooLarge(value) => (&demands::BAD_QUANTITY_DIGITS, value),
            Self::TooManyDecimals(value) => (&demands::BAD_QUANTITY_DECIMALS, value),
        };
        Finding::new(demand, field).with("value", value)
    }
}

impl PriceError {
    /// The same, said of a field.
    pub fn finding(&self, field: &str) -> Finding {
        let (demand, value) = match self {
            Self::Negative(value) => (&demands::BAD_PRICE_NEGATIVE, value),
            Self::PerNotPositive(value) => (&demands::BAD_PRICE_PER, value),
            Self::TooLarge(value) => (&demands::BAD_PRICE_DIGITS, value),
            Self::TooSmall(value) => (&demands::BAD_PRICE_SMALL, value),
        };
        Finding::new(demand, field).with("value", value)
    }
}

/// QUANTITY: greater than zero, at most eleven digits before the point and three behind it.
pub fn quantity(value: Decimal) -> Result<String, QuantityError> {
    let value = value.normalize();
    if value <= Decimal::ZERO {
        return Err(QuantityError::NotPositive(value));
    }
    if !fits(value) {
        return Err(QuantityError::TooLarge(value));
    }
    if value.scale() > DECIMALS {
        return Err(QuantityError::TooManyDecimals(value));
    }
    Ok(written(value))
}

/// PRICE and PRICEUNIT for `net` the `per`: both are multiplied by 10 until the price is exact in
/// three decimals and the unit is whole (or divided, when `per` is over 99999). If no such scale is
/// in reach, the price is rounded, half up, at the largest one; where that is off by more than a ten-thousandth, at the
/// best multiple of it, and if that is off by more than a hundredth, there is no price.
pub fn price(net: Decimal, per: Decimal) -> Result<Price, PriceError> {
    let (net, per) = (net.normalize(), per.normalize());
    if net.is_sign_negative() && !net.is_zero() {
        return Err(PriceError::Negative(net));
    }
    if per <= Decimal::ZERO {
        return Err(PriceError::PerNotPositive(per));
    }
    // Scales at which PRICEUNIT is a whole number of one to five digits, the nearest to the shop's
    // own first: 0, 1, 2 …, else -1, -2 ….
    let scales = || (0..=28).chain((-28..0).rev()).filter_map(|power| Some((power, whole_unit(shifted(per, power)?)?)));
    let at = |power: i32| shifted(net, power).filter(|price| fits(*price));
    let exact = scales().find_map(|(power, unit)| Some((at(power).filter(|price| price.scale() <= DECIMALS)?, unit)));
    if let Some((price, unit)) = exact {
        return Ok(Price { price: written(price), unit, rounded: false });
    }
    let mut finest: Vec<(i32, u32)> = scales().collect();
    finest.sort_by_key(|(_, unit)| std::cmp::Reverse(*unit));
    let on_scale = finest.iter().find_map(|(power, unit)| Some((rounded(at(*power)?)?, *unit)));
    // Perhaps no power of ten makes `per` a PRICEUNIT (0.123456, 123456): the price for 10000, 1000 … or 1.
    let divided = || [10_000, 1_000, 100, 10, 1].into_iter().find_map(|unit| Some((quotient(net, per, unit)?, unit)));
    let (price, unit) = on_scale.or_else(divided).ok_or(PriceError::TooLarge(net))?;
    let error = error(net, per, price, unit);
    if error.is_none_or(|error| error <= FINE) {
        return Ok(Price { price: written(price), unit, rounded: error.is_none_or(|error| !error.is_zero()) });
    }
    // Too coarse: a few units more, of which one may be nearly exact.
    let more = (2..=9).map(|times| unit * times).filter(|unit| i128::from(*unit) <= MAX_UNIT);
    let more = more.filter_map(|unit| Some((quotient(net, per, unit)?, unit)));
    let best = more
        .chain([(price, unit)])
        .filter_map(|(price, unit)| Some((self::error(net, per, price, unit)?, price, unit)))
        .min_by_key(|(error, ..)| *error);
    match best {
        Some((error, price, unit)) if error <= COARSE => {
            Ok(Price { price: written(price), unit, rounded: !error.is_zero() })
        }
        _ => Err(PriceError::TooSmall(net)),
    }
}

/// The price for `unit`, rounded.
fn quotient(net: Decimal, per: Decimal, unit: u32) -> Option<Decimal> {
    let quotient = net.checked_mul(Decimal::from(unit))?.checked_div(per)?;
    rounded(quotient).filter(|_| fits(quotient))
}

/// By what part `price` for `unit` differs from `net` for `per`, which is not 0; nothing if there are too many digits to tell.
fn error(net: Decimal, per: Decimal, price: Decimal, unit: u32) -> Option<Decimal> {
    let meant = net.checked_mul(Decimal::from(unit))?;
    price.checked_mul(per)?.checked_sub(meant)?.abs().checked_div(meant)
}

/// A decimal as shops write it: digits, perhaps a minus in front and a point between them, at most
/// [`MAX_DIGITS`] digits. No blank, comma, thousands sign, plus or exponent.
pub fn read(text: &str) -> Option<Decimal> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let digits = unsigned.bytes().filter(u8::is_ascii_digit).count();
    if !are_digits(whole) || !are_digits(fraction) || digits > MAX_DIGITS {
        return None;
    }
    Decimal::from_str_exact(text).ok()
}

/// A number as JSON writes it: like [`read`], but an exponent is allowed.
pub fn read_json_number(text: &str) -> Option<Decimal> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return read(text);
    };
    let power: i32 = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
    if !(-28..=28).contains(&power) {
        return None;
    }
    shifted(read(mantissa)?.normalize(), power)
}

fn fits(value: Decimal) -> bool {
    value < Decimal::from(TOO_LARGE)
}

fn written(value: Decimal) -> String {
    format!("{value:.3}")
}

/// To three decimals, half up, as templates do; `None` if that no longer fits.
fn rounded(value: Decimal) -> Option<Decimal> {
    Some(value.round_dp_with_strategy(DECIMALS, RoundingStrategy::MidpointAwayFromZero)).filter(|price| fits(*price))
}

fn whole_unit(per: Decimal) -> Option<u32> {
    let is_unit = per.is_integer() && per >= Decimal::ONE && per <= Decimal::from(MAX_UNIT);
    is_unit.then(|| u32::try_from(per).ok()).flatten()
}

/// `value` times ten to the `power`, exactly, or nothing: only the point moves.
fn shifted(value: Decimal, power: i32) -> Option<Decimal> {
    let scale = i32::try_from(value.scale()).ok()?.checked_sub(power)?;
    let (mantissa, scale) = match u32::try_from(scale) {
        Ok(scale) => (value.mantissa(), scale),
        Err(_) => (value.mantissa().checked_mul(10_i128.checked_pow(scale.unsigned_abs())?)?, 0),
    };
    Decimal::try_from_i128_with_scale(mantissa, scale).ok().map(|moved| moved.normalize())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn d(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    fn price_of(net: &str, per: &str) -> (String, u32, bool) {
        let price = price(d(net), d(per)).unwrap();
        (price.price, price.unit, price.rounded)
    }

    #[test]
    fn a_quantity_has_three_decimals() {
        assert_eq!(quantity(d("3")).unwrap(), "3.000");
        assert_eq!(quantity(d("0.5")).unwrap(), "0.500");
        assert_eq!(quantity(d("1.2500")).unwrap(), "1.250");
        assert_eq!(quantity(d("99999999999.999")).unwrap(), "99999999999.999");
    }

    #[test]
    fn a_quantity_that_oci_cannot_write_is_never_rounded() {
        assert_eq!(quantity(d("0.0005")), Err(QuantityError::TooManyDecimals(d("0.0005"))));
        assert_eq!(quantity(d("100000000000")), Err(QuantityError::TooLarge(d("100000000000"))));
        assert_eq!(quantity(d("0")), Err(QuantityError::NotPositive(d("0"))));
        assert_eq!(quantity(d("-1")), Err(QuantityError::NotPositive(d("-1"))));
    }

    #[test]
    fn a_price_that_fits_keeps_its_unit() {
        assert_eq!(price_of("12.50", "1"), ("12.500".into(), 1, false));
        assert_eq!(price_of("10", "5"), ("10.000".into(), 5, false));
        assert_eq!(price_of("0", "1"), ("0.000".into(), 1, false));
    }

    #[test]
    fn a_fine_price_is_the_price_of_more() {
        assert_eq!(price_of("0.00725", "1"), ("0.725".into(), 100, false));
        assert_eq!(price_of("0.0012345", "1"), ("12.345".into(), 10_000, false));
        assert_eq!(price_of("1.2345", "100"), ("12.345".into(), 1_000, false));
    }

    #[test]
    fn a_broken_price_unit_becomes_whole() {
        assert_eq!(price_of("1", "0.5"), ("10.000".into(), 5, false));
        assert_eq!(price_of("3.3", "2.25"), ("330.000".into(), 225, false));
    }

    #[test]
    fn a_price_unit_of_six_digits_is_divided() {
        assert_eq!(price_of("5", "100000"), ("0.500".into(), 10_000, false));
    }

    #[test]
    fn a_price_finer_than_any_scale_is_rounded_half_up_at_the_largest() {
        assert_eq!(price_of("1.23456785", "1"), ("12345.679".into(), 10_000, true));
        assert_eq!(price_of("1.00000015", "1"), ("10000.002".into(), 10_000, true));
        assert_eq!(price_of("1.00000025", "1"), ("10000.003".into(), 10_000, true));
        assert_eq!(price_of("123456", "123456"), ("10000.000".into(), 10_000, false));
    }

    #[test]
    fn a_price_that_its_scale_would_spoil_is_that_of_a_better_unit_or_none() {
        assert_eq!(price_of("0.0072512", "10000"), ("0.029".into(), 40_000, true));
        assert_eq!(price_of("1", "123456"), ("0.081".into(), 10_000, true));
        assert_eq!(price_of("0.00000005", "1"), ("0.001".into(), 20_000, false));
        for (net, per) in [("0.00000001", "1"), ("0.000000007", "1"), ("0.00001", "10000")] {
            assert_eq!(price(d(net), d(per)), Err(PriceError::TooSmall(d(net))), "{net}/{per}");
        }
    }

    #[test]
    fn a_price_out_of_range_is_a_fault() {
        assert_eq!(price(d("-0.01"), d("1")), Err(PriceError::Negative(d("-0.01"))));
        assert_eq!(price(d("1"), d("0")), Err(PriceError::PerNotPositive(d("0"))));
        assert_eq!(price(d("100000000000"), d("1")), Err(PriceError::TooLarge(d("100000000000"))));
        assert_eq!(price(d("99999999999.9999"), d("1")), Err(PriceError::TooLarge(d("99999999999.9999"))));
    }

    #[test]
    fn decimals_are_read_with_a_point_and_nothing_else() {
        assert_eq!(read("-12.50"), Some(d("-12.50")));
        for text in ["", " 1", "1 ", "1,5", "1'000", "+1", "1.", ".5", "1e3", "--1", "1.2.3", "0x1", "NaN", "١"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(read(&"9".repeat(28)).is_some());
        assert_eq!(read(&"9".repeat(29)), None);
        assert_eq!(read_json_number("1.25e2"), Some(d("125")));
        assert_eq!(read_json_number("5E-3"), Some(d("0.005")));
        assert_eq!(read_json_number("1e99"), None);
        assert_eq!(read_json_number("1e999999999999"), None);
    }

    proptest! {
        #[test]
        fn a_written_quantity_is_the_quantity(thousandths in 1_i64..99_999_999_999_999) {
            let value = Decimal::new(thousandths, 3);
            prop_assert_eq!(d(&quantity(value).unwrap()), value);
        }

        #[test]
        fn a_price_that_is_not_rounded_is_exact(
            net in 0_i64..i64::MAX, net_scale in 0_u32..12, per in 1_i64..1_000_000, per_scale in 0_u32..6,
        ) {
            let (net, per) = (Decimal::new(net, net_scale), Decimal::new(per, per_scale));
            if let Ok(price) = price(net, per) {
                prop_assert!((1..=99_999).contains(&price.unit));
                prop_assert!(net.is_zero() || d(&price.price) > Decimal::ZERO);
                prop_assert!(price.price.len() <= 15 && price.price.split_once('.').unwrap().1.len() == 3);
                // Compared as whole numbers, as both sides may have more digits than a decimal holds.
                if !price.rounded {
                    let left = d(&price.price).mantissa() * per.mantissa() * 10_i128.pow(net.scale());
                    let right = net.mantissa() * i128::from(price.unit) * 10_i128.pow(3 + per.scale());
                    prop_assert_eq!(left, right);
                }
            }
        }
    }
}
