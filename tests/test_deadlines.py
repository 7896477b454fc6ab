"""Deadlines: expected dates are those of 三环文〔2022〕69号 三(一) to 四, not what the code says."""

from datetime import date

import pytest
from msgspec.structs import replace

from xltools.model.policy import Deadline, load_policy
from xltools.rules.deadlines import adjustment_closed, days_late, deadline_of, due_date, is_asked, last_day, punctuality

POLICY = load_policy("sanmenxia-2022")
REVIEW = POLICY.deadline("review")
SCREENING = POLICY.deadline("screening")


@pytest.mark.parametrize(
    ("id", "month", "due"),
    [
        ("screening", 3, date(2022, 6, 30)),
        ("support", 1, date(2022, 7, 15)),
        ("review", 7, date(2022, 7, 20)),
        ("review", 12, date(2022, 12, 20)),
        ("site_check", 2, date(2022, 2, 28)),
        ("site_check", 7, date(2022, 7, 31)),
        ("protected", 1, date(2022, 9, 5)),
        ("emergency", 1, date(2022, 9, 20)),
        ("adjustment", 1, date(2022, 11, 15)),
    ],
)
def test_dates_are_those_of_the_notice(id: str, month: int, due: date) -> None:
    assert due_date(POLICY.deadline(id), 2022, month) == due


def test_month_end_follows_the_leap_year_and_a_day_that_a_month_lacks_is_its_last() -> None:
    assert due_date(POLICY.deadline("site_check"), 2024, 2) == date(2024, 2, 29)
    assert due_date(Deadline("x", "", "", 0, 31, ""), 2022, 4) == date(2022, 4, 30)


@pytest.mark.parametrize(
    ("reported", "words"),
    [
        (date(2022, 7, 1), "按时"),
        (date(2022, 7, 19), "按时"),
        (date(2022, 7, 20), "按时"),
        (date(2022, 7, 21), "迟1天（应于7月20日前）"),
        (date(2022, 8, 20), "迟31天（应于7月20日前）"),
        (date(2023, 7, 20), "迟365天（应于7月20日前）"),
    ],
)
def test_the_twentieth_itself_is_on_time_when_the_day_is_included(reported: date, words: str) -> None:
    assert punctuality(REVIEW, 2022, 7, reported) == words


@pytest.mark.parametrize(
    ("reported", "words"),
    [(date(2022, 7, 19), "按时"), (date(2022, 7, 20), "迟1天（应于7月20日前）"), (date(2022, 7, 21), "迟2天（应于7月20日前）")],
)
def test_the_twentieth_is_late_when_the_setting_excludes_the_day(reported: date, words: str) -> None:
    assert punctuality(replace(REVIEW, inclusive=False), 2022, 7, reported) == words


@pytest.mark.parametrize(
    ("month", "reported", "words"),
    [
        (8, date(2022, 8, 19), "按时"),
        (8, date(2022, 8, 21), "期限是周六，需人工确认"),
        (8, date(2022, 8, 22), "期限是周六，需人工确认"),
        (8, date(2022, 8, 23), "迟3天（应于8月20日前）"),
        (11, date(2022, 11, 21), "期限是周日，需人工确认"),
    ],
)
def test_what_only_a_weekend_made_late_is_asked(month: int, reported: date, words: str) -> None:
    assert punctuality(REVIEW, 2022, month, reported) == words


def test_an_excluded_first_of_the_month_ends_the_month_before() -> None:
    first = Deadline("x", "", "", 3, 1, "", inclusive=False)
    assert last_day(first, 2022, 1) == date(2022, 2, 28)
    assert days_late(first, 2022, 1, date(2022, 2, 28)) == 0
    assert days_late(first, 2022, 1, date(2022, 3, 1)) == 1


@pytest.mark.parametrize(
    ("month", "reviews", "expected"),
    [(6, 0, SCREENING), (5, 0, SCREENING), (6, 1, REVIEW), (7, 0, REVIEW), (7, 12, REVIEW)],
)
def test_a_list_without_reviews_until_june_is_the_screening_list(month: int, reviews: int, expected: Deadline) -> None:
    assert deadline_of(POLICY, month, reviews) is expected


@pytest.mark.parametrize(
    ("deadline", "month", "asked"),
    [
        (REVIEW, 10, True),
        (REVIEW, 11, False),                            # 11-20 is after the adjustment, 四: no clause says that it is still due
        (replace(REVIEW, day=15), 11, True),            # on its very day
        (replace(REVIEW, day=16), 11, False),
        (replace(REVIEW, day=16, inclusive=False), 11, True),
        (replace(SCREENING, month=12), 1, True),        # a date of the year's own stays due
    ],
)
def test_a_month_is_asked_for_until_the_adjustment_closes(deadline: Deadline, month: int, asked: bool) -> None:
    assert is_asked(deadline, POLICY, month) is asked


def test_the_adjustment_closes_on_its_day_and_never_where_the_policy_has_none() -> None:
    assert adjustment_closed(POLICY, 2022) == date(2022, 11, 15)
    without = replace(POLICY, deadlines=tuple(one for one in POLICY.deadlines if one.id != "adjustment"))
    assert adjustment_closed(without, 2022) == date.max
    assert is_asked(REVIEW, without, 12)
