"""A new file takes the old one's place if it is whole; else the old model stays."""

import asyncio
import logging
import os
import shutil

import pytest

from files.golden_table import golden
from glassnet.errors import ModelFileError
from glassnet.files.model_file import read_record
from glassnet.serve import watching
from glassnet.serve.served import example_row, load_served, signature_of
from glassnet.serve.settings import Settings
from glassnet.serve.watching import Watch
from serve.serving import another


@pytest.fixture
def place(tmp_path):
    path = tmp_path / "m.glassnet"
    shutil.copy(golden("tabular-classifier"), path)
    return path


def look(watch, times=1):
    async def story():
        for _ in range(times):
            await watch.look()

    asyncio.run(story())


def watch_of(path):
    return Watch(Settings(str(path)), load_served(str(path)))


def test_a_new_file_is_taken_over(place, tmp_path):
    watch = watch_of(place)
    before = watch.served
    look(watch)
    assert watch.served is before
    os.replace(another(tmp_path / "new", 0.5), place)  # noqa: PTH105
    look(watch)
    assert watch.served.digest != before.digest
    assert watch.served.digest == load_served(str(place)).digest
    assert (watch.served.model.theta == before.model.theta * 0.5).all()


def test_a_file_written_over_in_place_is_seen_too(place, tmp_path):
    watch = watch_of(place)
    before, inode = watch.served, place.stat().st_ino
    place.write_bytes(another(tmp_path / "new", 0.5).read_bytes())
    assert place.stat().st_ino == inode
    look(watch)
    assert watch.served.digest != before.digest


def test_a_file_replaced_between_its_loading_and_the_first_look(place, tmp_path):
    served = load_served(str(place))
    os.replace(another(tmp_path / "new", 0.5), place)  # noqa: PTH105
    watch = Watch(Settings(str(place)), served)
    look(watch)
    assert watch.served.digest != served.digest


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "gone", "a folder"])
def test_a_damaged_file_changes_nothing_and_is_told_once(place, damage, caplog):
    watch = watch_of(place)
    before, data = watch.served, place.read_bytes()
    place.unlink()
    if damage == "a folder":
        place.mkdir()
    elif damage != "gone":
        changed = {"cut": data[:-9], "flipped": data[:-1] + bytes([data[-1] ^ 1]), "empty": b""}
        place.write_bytes(changed[damage])
    with caplog.at_level(logging.WARNING, "glassnet.serve"):
        look(watch, 3)
    assert watch.served is before
    assert len(caplog.records) == 1
    assert "the new model cannot be used, the one before stays" in caplog.text
    assert "m.glassnet" in caplog.text
    if damage == "a folder":
        place.rmdir()
    place.write_bytes(data)
    look(watch)
    assert watch.served.digest == before.digest
    assert watch.served.since > before.since


def test_a_change_that_hides_in_one_tick_of_the_clock(place, monkeypatch):
    """The half of a file and the whole one may look the same from outside, for a moment."""
    watch = watch_of(place)
    data = place.read_bytes()
    new = another(place.with_suffix(".new"), 0.5).read_bytes()
    assert len(new) == len(data)
    place.write_bytes(new[:-9] + bytes(9))
    monkeypatch.setattr(watching, "signature_of", lambda _: (1, 2, 3))
    look(watch)
    before = watch.served
    place.write_bytes(new)
    look(watch)
    assert watch.served.digest != before.digest


def test_a_model_that_does_not_predict_is_not_taken_over(place, caplog):
    watch = watch_of(place)
    before = watch.served
    another(place, 1e160, "means")
    look(watch)
    assert watch.served is before
    assert "cannot predict a row of its own table" in caplog.text


def test_other_columns_are_told(place, caplog):
    watch = watch_of(place)
    shutil.copy(golden("means"), place)
    with caplog.at_level(logging.INFO, "glassnet.serve"):
        look(watch)
    assert watch.served.about.kind == "mlp-regressor"
    assert "the new model has other columns than the one before" in caplog.text


def test_a_process_that_begins_waits_for_a_whole_file(place, monkeypatch, caplog):
    monkeypatch.setattr(watching, "POLL_SECONDS", 0.01)
    data = place.read_bytes()
    place.write_bytes(data[:100])

    async def story():
        watch = Watch(Settings(str(place)))
        starting = asyncio.create_task(watch.start())
        while not caplog.records:
            await asyncio.sleep(0.005)
        place.write_bytes(data)
        await starting
        return watch.served

    served = asyncio.run(asyncio.wait_for(story(), 10))
    assert served.digest == load_served(str(place)).digest


def test_a_process_does_not_wait_for_ever(place, monkeypatch):
    monkeypatch.setattr(watching, "POLL_SECONDS", 0.001)
    place.unlink()
    with pytest.raises(ModelFileError, match="no model could be read"):
        asyncio.run(Watch(Settings(str(place))).start())


def test_a_signature_changes_with_time_size_and_file(place):
    first = signature_of(str(place))
    os.utime(place, ns=(1, first[0] + 1))
    second = signature_of(str(place))
    assert second != first
    assert second[1:] == first[1:]
    assert signature_of(str(place.with_name("none"))) is None


def test_the_example_is_a_row_of_the_table():
    row = example_row(read_record(golden("tabular-classifier")).about)
    assert row == {
        "age": 48, "income": 12000, "city": "city 0", "color": "blue", "member": True,
        "joined": "2020-01-31T06:00:00", "note": row["note"],
    }  # fmt: skip
