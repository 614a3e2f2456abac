//! Spreading an amount over prices, exactly: the sum of price × quantity over the lines grows by the amount, not by
//! a thousandth more or less.
//!
//! A price of three decimals for one piece seldom has that value, so a line may get a price for several (its whole
//! quantity, if nothing smaller is exact): OCI's PRICEUNIT is there for that.

use rust_decimal::RoundingStrategy;

use super::cart::Price;
use crate::oci::amount::{self, Decimal};
use crate::oci::rules::demands::{self, Demand};

/// New prices in the order of the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spread {
    pub prices: Vec<Price>,
    /// What of the amount is in no price.
    pub rest: Decimal,
}

/// Why an amount cannot be spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotSpread {
    /// No line has a price.
    NothingToSpreadOver,
    LargerThanAll,
    /// More than 28 digits.
    TooLarge,
}

impl NotSpread {
    pub fn demand(self) -> &'static Demand {
        match self {
            Self::NothingToSpreadOver => &demands::NOTHING_TO_SPREAD_OVER,
            Self::LargerThanAll => &demands::DISCOUNT_TOO_LARGE,
            Self::TooLarge => &demands::BAD_PRICE_SPREAD,
        }
    }
}

/// Half a last digit goes up, as in trade.
pub(super) fn commercially(amount: Decimal, decimals: u32) -> Decimal {
    amount.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero).normalize()
}

/// Spreads `amount` over lines of a quantity and a price, in proportion to their value.
pub(super) fn over(lines: &[(Decimal, Price)], amount: Decimal) -> Result<Spread, NotSpread> {
    let value = |(quantity, price): &(Decimal, Price)| quantity.checked_mul(price.net)?.checked_div(price.per);
    let values: Vec<Decimal> = lines.iter().map(value).collect::<Option<_>>().ok_or(NotSpread::TooLarge)?;
    let all = values.iter().try_fold(Decimal::ZERO, |sum, value| sum.checked_add(*value)).ok_or(NotSpread::TooLarge)?;
    if amount.is_zero() {
        return Ok(Spread { prices: lines.iter().map(|(_, price)| *price).collect(), rest: Decimal::ZERO });
    }
    if all.is_zero() {
        return Err(NotSpread::NothingToSpreadOver);
    }
    if all.checked_add(amount).ok_or(NotSpread::TooLarge)? < Decimal::ZERO {
        return Err(NotSpread::LargerThanAll);
    }
    let shares = shares(&values, all, amount).ok_or(NotSpread::TooLarge)?;
    let mut rest = amount - shares.iter().sum::<Decimal>();
    let mut prices = Vec::with_capacity(lines.len());
    for (line, share) in lines.iter().zip(&shares) {
        let (price, missed) = nearest(line, *share).ok_or(NotSpread::TooLarge)?;
        prices.push(price);
        rest += missed;
    }
    // One line that can bear what is left, the largest first; else its thousandths.
    let mut by_value: Vec<usize> = (0..lines.len()).filter(|index| !values[*index].is_zero()).collect();
    by_value.sort_by_key(|index| std::cmp::Reverse(values[*index]));
    for left in [rest, rest.round_dp(3)] {
        if left.is_zero() {
            continue;
        }
        let bears = |index: &usize| {
            let (quantity, _) = lines[*index];
            let price = exact((quantity, prices[*index]), left)?;
            Some((*index, price))
        };
        if let Some((index, price)) = by_value.iter().find_map(bears) {
            prices[index] = price;
            rest -= left;
            break;
        }
    }
    // Less than half a thousandth is nothing that OCI could tell.
    let rest = if rest.abs() < Decimal::new(5, 4) { Decimal::ZERO } else { rest };
    Ok(Spread { prices, rest })
}

/// The shares of an amount, in its own decimals: rounded towards zero, and the units that are left go to those that
/// lost most.
fn shares(values: &[Decimal], all: Decimal, amount: Decimal) -> Option<Vec<Decimal>> {
    let decimals = amount.normalize().scale().clamp(2, 3);
    let unit = Decimal::new(1, decimals) * if amount.is_sign_negative() { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
    let whole = amount.trunc_with_scale(decimals);
    let mut shares = Vec::with_capacity(values.len());
    let mut lost = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let exact = whole.checked_mul(value.checked_div(all)?)?;
        let share = exact.trunc_with_scale(decimals);
        if !value.is_zero() {
            lost.push(((exact - share).abs(), index));
        }
        shares.push(share);
    }
    let mut left = whole - shares.iter().sum::<Decimal>();
    lost.sort_by_key(|(lost, index)| (std::cmp::Reverse(*lost), *index));
    for (_, index) in lost {
        if left.is_zero() || left.is_sign_negative() != unit.is_sign_negative() {
            break;
        }
        shares[index] += unit;
        left -= unit;
    }
    Some(shares)
}

/// The price of a line that is worth `more`, and what of it the price misses.
fn nearest((quantity, price): &(Decimal, Price), more: Decimal) -> Option<(Price, Decimal)> {
    if more.is_zero() {
        return Some((*price, Decimal::ZERO));
    }
    if let Some(exact) = exact((*quantity, *price), more) {
        return Some((exact, Decimal::ZERO));
    }
    let wanted = quantity.checked_mul(price.net)?.checked_div(price.per)?.checked_add(more)?;
    let for_one = wanted.checked_div(*quantity)?.max(Decimal::ZERO);
    let written = amount::price(for_one, Decimal::ONE).ok()?;
    let price = Price { net: amount::read(&written.price)?, per: written.unit.into() };
    let worth = quantity.checked_mul(price.net)?.checked_div(price.per)?;
    Some((price, wanted.checked_sub(worth)?))
}

/// The price that makes a line worth exactly `more`, if OCI can write it: with the shop's own price unit, or the
/// price of one, ten, a hundred, or of the whole quantity.
fn exact((quantity, price): (Decimal, Price), more: Decimal) -> Option<Price> {
    // What the line is to be worth is cost ÷ count, so that no division is needed before the last.
    let cost = quantity.checked_mul(price.net)?.checked_add(more.checked_mul(price.per)?)?;
    let count = quantity.checked_mul(price.per)?;
    if cost < Decimal::ZERO {
        return None;
    }
    let units =
        [price.per, Decimal::ONE, Decimal::TEN, Decimal::ONE_HUNDRED, Decimal::ONE_THOUSAND, Decimal::new(10_000, 0)];
    let for_unit = |unit: Decimal| {
        let product = cost.checked_mul(unit)?;
        let net = product.checked_div(count)?.normalize();
        let is_exact = net.scale() <= 3 && net.checked_mul(count)? == product;
        let written = is_exact.then(|| amount::price(net, unit).ok())??;
        (!written.rounded).then_some(Price { net, per: unit })
    };
    if let Some(price) = units.into_iter().find_map(for_unit) {
        return Some(price);
    }
    let written = amount::price(cost, count).ok().filter(|written| !written.rounded)?;
    Some(Price { net: amount::read(&written.price)?, per: written.unit.into() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn line(quantity: &str, net: &str, per: &str) -> (Decimal, Price) {
        (d(quantity), Price { net: d(net), per: d(per) })
    }

    fn spread(lines: &[(Decimal, Price)], amount: &str) -> (Vec<String>, String) {
        let done = over(lines, d(amount)).unwrap();
        let prices = done.prices.iter().map(|price| format!("{}/{}", price.net, price.per)).collect();
        (prices, done.rest.to_string())
    }

    #[test]
    fn an_amount_goes_into_the_prices_in_proportion() {
        let lines = [line("1", "30", "1"), line("2", "10", "1"), line("50", "100", "100")];
        assert_eq!(spread(&lines, "10"), (vec!["33/1".into(), "11/1".into(), "110/100".into()], "0".into()));
        assert_eq!(spread(&lines, "-10"), (vec!["27/1".into(), "9/1".into(), "90/100".into()], "0".into()));
    }

    #[test]
    fn a_price_for_several_holds_what_no_price_for_one_can() {
        assert_eq!(spread(&[line("3", "10", "1")], "1"), (vec!["31.000/3".into()], "0".into()));
        assert_eq!(spread(&[line("1.5", "10", "1")], "0.01"), (vec!["150.100/15".into()], "0".into()));
    }

    #[test]
    fn a_line_without_a_price_gets_nothing() {
        assert_eq!(spread(&[line("1", "0", "1"), line("1", "5", "1")], "1").0, ["0/1", "6/1"]);
        assert_eq!(over(&[line("1", "0", "1")], d("1")), Err(NotSpread::NothingToSpreadOver));
        assert_eq!(over(&[], d("1")), Err(NotSpread::NothingToSpreadOver));
    }

    #[test]
    fn a_discount_of_all_is_possible_and_a_larger_one_is_not() {
        assert_eq!(spread(&[line("3", "10", "1"), line("1", "0.05", "1")], "-30.05").0, ["0/1", "0/1"]);
        assert_eq!(over(&[line("1", "10", "1")], d("-10.01")), Err(NotSpread::LargerThanAll));
    }

    /// What lines come to as (numerator, denominator), exactly.
    fn worth(lines: &[(Decimal, Price)]) -> Option<(i128, i128)> {
        lines.iter().try_fold((0, 1), |(top, bottom): (i128, i128), (quantity, price)| {
            let scale = quantity.scale() + price.net.scale();
            let a = quantity
                .mantissa()
                .checked_mul(price.net.mantissa())?
                .checked_mul(10_i128.checked_pow(price.per.scale())?)?;
            let b = price.per.mantissa().checked_mul(10_i128.checked_pow(scale)?)?;
            let (top, bottom) = (top.checked_mul(b)?.checked_add(a.checked_mul(bottom)?)?, bottom.checked_mul(b)?);
            let divisor = gcd(top, bottom);
            Some((top / divisor, bottom / divisor))
        })
    }

    fn gcd(a: i128, b: i128) -> i128 {
        if b == 0 { a.abs().max(1) } else { gcd(b, a % b) }
    }

    fn lines() -> impl Strategy<Value = Vec<(Decimal, Price)>> {
        let line =
            (1_i64..2_000, 0_u32..3, 0_i64..500_000, 0_u32..4, prop::sample::select(vec![1_i64, 1, 1, 10, 100, 3]));
        let line = line.prop_map(|(quantity, places, net, scale, per)| {
            let price = Price { net: Decimal::new(net, scale), per: Decimal::from(per) };
            (Decimal::new(quantity, places).normalize(), price)
        });
        prop::collection::vec(line, 1..8)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn the_sum_grows_by_the_amount_and_by_nothing_else(lines in lines(), cents in -100_000_i64..100_000) {
            let amount = Decimal::new(cents, 2);
            let Ok(done) = over(&lines, amount) else { return Ok(()) };
            let after: Vec<(Decimal, Price)> = lines.iter().zip(&done.prices).map(|((q, _), p)| (*q, *p)).collect();
            for price in &done.prices {
                // What leaves is what was reckoned with.
                let written = amount::price(price.net, price.per).unwrap();
                prop_assert!(amount == Decimal::ZERO || !written.rounded || lines.iter().any(|(_, before)| before == price), "{:?}", price);
            }
            let (Some((t1, b1)), Some((t2, b2))) = (worth(&lines), worth(&after)) else { return Ok(()) };
            let decimal = |(top, bottom): (i128, i128)| {
                let whole = |number| Decimal::try_from_i128_with_scale(number, 0).ok();
                whole(top)?.checked_div(whole(bottom)?)
            };
            let (Some(before), Some(after)) = (decimal((t1, b1)), decimal((t2, b2))) else { return Ok(()) };
            let difference = after - before;
            prop_assert!((difference + done.rest - amount).abs() < Decimal::new(5, 4), "{} {}", difference, done.rest);
        }

        #[test]
        fn whole_quantities_leave_no_rest(lines in prop::collection::vec((1_i64..9_999, 1_i64..500_000), 1..10), cents in 1_i64..100_000) {
            let lines: Vec<_> = lines.into_iter()
                .map(|(quantity, net)| (Decimal::from(quantity), Price { net: Decimal::new(net, 2), per: Decimal::ONE }))
                .collect();
            let amount = Decimal::new(cents, 2);
            let done = over(&lines, amount).unwrap();
            prop_assert_eq!(done.rest, Decimal::ZERO);
            let after: Vec<_> = lines.iter().zip(&done.prices).map(|((q, _), p)| (*q, *p)).collect();
            let grown: Vec<_> = lines.iter().copied().chain([(Decimal::ONE, Price { net: amount, per: Decimal::ONE })]).collect();
            if let (Some(after), Some(grown)) = (worth(&after), worth(&grown)) {
                prop_assert_eq!(after, grown);
            }
        }
    }
}
