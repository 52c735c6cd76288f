"""From labels to the campaign's categories: a divorce suit because of violence is told from another civil wrong."""

from producers.intake.categories import categories
from producers.screening import Label, Screener
from schemas.codes import Category

SCREENER = Screener.load()


def proposed(narrative: str) -> tuple[Category, ...]:
    screening = SCREENER.screen(narrative)
    return categories(screening.labels, screening.evidence)


def test_a_divorce_suit_because_of_violence_is_w7() -> None:
    """And nothing of W6."""
    assert proposed("丈夫多年打我，打断过胳膊，我已经起诉离婚，没有地方住。") == (Category.W2, Category.W7)


def test_another_civil_wrong_beside_violence_stays_w6() -> None:
    """A woman who is beaten at home and dismissed for a pregnancy has two matters, and sues nobody for divorce."""
    found = proposed("丈夫天天打我，胳膊都打断了。单位知道我怀孕就把我辞退，一分钱没有，房租也交不起。")

    assert Category.W6 in found
    assert Category.W7 not in found


def test_a_persons_labels_alone_mean_the_suit() -> None:
    """A reviewer's labels have no passages: violence with a civil wrong is W7 until the reviewer says otherwise."""
    assert categories([Label.DOMESTIC_VIOLENCE, Label.CIVIL_INFRINGEMENT]) == (Category.W2, Category.W7)
