"""``bench house`` on a small house: what it counts is what happened."""

from hub.bench.house import measure


async def test_every_configuration_is_read_and_every_command_is_proven(home):
    report = await measure(home, 60, 30, 10, lambda _: None)
    assert report.results["entities"] == 60
    assert report.results["confirmed"] == report.results["sentence_to_published_ms"]["n"] == 10
    assert len(report.goals) == 2
    keys = ("sentence_to_published_ms", "sentence_understood_ms")
    whole, understood = (report.results[key]["median"] for key in keys)
    assert whole > understood > 0
