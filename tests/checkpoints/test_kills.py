"""A training that is killed goes on to the bits that it would have come to."""

import os
import subprocess
import sys

import pytest

import glassnet as gn
from checkpoints.killing import MODELS, data, fitted, killed, same

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")

POINTS = 1_000
"""More than the points of writing of any of these trainings."""


@needs_fork
@pytest.mark.parametrize("name", MODELS)
def test_killed_at_points_of_writing(name, rng, tmp_path):
    """At the first points, and at some of the later ones."""
    chosen = [*range(9), *rng.integers(9, 60, 6).tolist()]
    check_points(MODELS[name], chosen, tmp_path)


@needs_fork
@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_killed_at_every_point_of_writing(name, tmp_path):
    n_kills = check_points(MODELS[name], range(POINTS), tmp_path)
    print(f"{name}: {n_kills} kills survived")
    assert 50 < n_kills < POINTS


def check_points(make, points, folder):
    """Kill at each point, go on, compare; return how many trainings were killed."""
    whole = fitted(make)
    n_kills = 0
    for point in points:
        path = folder / f"{point}.ckpt"
        if not killed(make, path, at_point=point):
            break
        n_kills += 1
        assert same(fitted(make, path), whole), point
    return n_kills


@needs_fork
@pytest.mark.parametrize("name", MODELS)
def test_killed_at_random_moments_again_and_again(name, rng, tmp_path):
    check_moments(MODELS[name], rng, tmp_path, n_kills=5)


@needs_fork
@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_killed_at_fifty_random_moments(name, rng, tmp_path):
    check_moments(MODELS[name], rng, tmp_path, n_kills=50)


def check_moments(make, rng, folder, n_kills):
    """Kill trainings, each several times over, until there were so many kills."""
    whole = fitted(make)
    done = 0
    while done < n_kills:
        path = folder / f"{done}.ckpt"
        for _ in range(3):
            done += killed(make, path, after=float(rng.uniform(0.005, 0.1)))
        assert same(fitted(make, path), whole)


def command(folder, model, *more):
    return [
        sys.executable, "-c", "import glassnet.cli; glassnet.cli.main()", "train",
        str(folder / "t.csv"), "--target", "y", "--epochs", "60", "--model", model,
        "-o", str(folder / "m.glassnet"), *more,
    ]  # fmt: skip


def run(words):
    subprocess.run(words, capture_output=True, check=True, timeout=120)


def check_command(folder, model, moments):
    """Kill the command at moments, go on, and compare the model files' weights."""
    X, y = data(400)
    X.assign(y=y).to_csv(folder / "t.csv", index=False)
    run(command(folder, model))
    expected = gn.load(folder / "m.glassnet").record
    (folder / "m.glassnet").unlink()
    saved = ("--checkpoint", str(folder / "c.ckpt"), "--checkpoint-every", "0s")
    n_kills = 0
    for moment in moments:
        process = subprocess.Popen(command(folder, model, *saved), stderr=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL)  # fmt: skip
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            n_kills += 1
    run(command(folder, model, *saved))
    found = gn.load(folder / "m.glassnet").record
    assert (found.theta == expected.theta).all()
    assert found.about.training == expected.about.training
    return n_kills


def test_the_command_is_killed(rng, tmp_path):
    assert check_command(tmp_path, "mlp", rng.uniform(1.5, 2.5, 1)) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("model", ["tabular", "mlp"])
def test_the_command_is_killed_many_times(model, rng, tmp_path):
    n_kills = 0
    for i in range(10):
        folder = tmp_path / str(i)
        folder.mkdir()
        n_kills += check_command(folder, model, rng.uniform(1.0, 4.0, 5))
    print(f"{model}: {n_kills} kills survived")
    assert n_kills >= 25
