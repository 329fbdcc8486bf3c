"""Pounds and pence: exact, refused when finer than a penny, rounded half up where a division ends."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from store.errors import InvalidInputError

PENNIES_AT_MOST = 10**13


def pence(amount: Decimal | int | str, *, what: str) -> int:
    """The amount in whole pence.

    Raises:
        InvalidInputError: It is not an amount, is below zero, too large, or finer than a penny.
    """
    try:
        exact = Decimal(amount) * 100
    except (InvalidOperation, ValueError) as error:
        raise InvalidInputError(
            f"The {what} {amount!r} is not an amount: write pounds and pence as 1234.56."
        ) from error
    if not exact.is_finite() or not 0 <= exact <= PENNIES_AT_MOST:
        raise InvalidInputError(f"The {what} cannot be {amount}: write pounds and pence, zero or more, as 1234.56.")
    if exact != exact.to_integral_value():
        raise InvalidInputError(f"The {what} {amount} is finer than a penny: round it as the invoice does.")
    return int(exact)


def pounds(whole_pence: int) -> Decimal:
    """The pence as pounds with two places."""
    return Decimal(whole_pence).scaleb(-2)


def divide_half_up(numerator: int, denominator: int) -> int:
    """The quotient of two whole numbers, neither below zero, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)


@dataclass(frozen=True)
class Amount:
    """Money with its VAT."""

    net: Decimal = Decimal("0.00")
    vat: Decimal = Decimal("0.00")

    @property
    def gross(self) -> Decimal:
        """With VAT."""
        return self.net + self.vat

    def __add__(self, other: "Amount") -> "Amount":
        """Both together."""
        return Amount(self.net + other.net, self.vat + other.vat)
