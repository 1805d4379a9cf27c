"""The plan of trials and the clock."""

from __future__ import annotations

from itertools import pairwise

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.candidate import Candidate
from mlops_desktop.engine.project.decisions import Project, Search, Step
from mlops_desktop.engine.training.search_plan import WITHOUT_EFFECT, Clock, Plan


def candidates(*ids: str) -> tuple[Candidate, ...]:
    return tuple(Candidate.of(Project(), choices().algorithms.read(id_)) for id_ in ids)


def tried(plan: Plan, score) -> list[Candidate]:
    given = []
    for candidate in plan:
        given.append(candidate)
        plan.tell(candidate, score(candidate))
    return given


def test_every_candidate_is_tried_with_its_own_parameters_before_any_draw():
    some = candidates("baseline", "logistic", "random_forest")
    given = tried(Plan(some, Search(trials=7, seconds=None), 0), lambda a: 0.5)
    assert tuple(given[:3]) == some
    assert len(given) == 7
    assert len(set(given)) == 7
    assert all(a.id != "baseline" for a in given[3:])  # nothing to tune


def test_the_same_seed_and_scores_give_the_same_plan():
    some = candidates("logistic", "random_forest", "lightgbm")
    score = {"logistic": 0.6, "random_forest": 0.9, "lightgbm": 0.8}
    plans = [tried(Plan(some, Search(trials=12, seconds=None), seed), lambda a: score[a.id]) for seed in (3, 3, 4)]
    assert plans[0] == plans[1]
    assert plans[0] != plans[2]


def test_draws_begin_with_what_did_well_elsewhere_and_then_stay_near_the_best():
    (one,) = candidates("lightgbm")
    given = tried(Plan((one,), Search(trials=60, seconds=None), 0), lambda a: -abs(a.algorithm.num_leaves - 20))
    assert [
        {name: getattr(a.algorithm, name) for name in start} for a, start in zip(given[1:], one.algorithm.initial_configs, strict=False)
    ] == list(one.algorithm.initial_configs)
    later = given[1 + len(one.algorithm.initial_configs) :]
    assert len(later) > 50
    best = max(given, key=lambda a: -abs(a.algorithm.num_leaves - 20))
    assert abs(best.algorithm.num_leaves - 20) <= 1
    near = sum(abs(a.algorithm.num_leaves - best.algorithm.num_leaves) < 15 for a in later[-30:])
    assert 12 < near < 30  # most draws are small moves, some are taken from anywhere


def test_some_draws_move_an_operation_of_the_recipe_and_keep_what_is_better():
    project = Project(steps=(Step(choices().operations.read("clip")), Step(choices().operations.read("drop_columns"))))
    one = Candidate.of(project, choices().algorithms.read("lightgbm"))

    def given():
        return tried(Plan((one,), Search(trials=60, seconds=None), 0), lambda c: float(c.steps[0].method == "quantiles"))

    moved = [c for c in given() if c.steps != one.steps]
    assert given() == given()
    assert 0 < sum(a.steps != b.steps for a, b in pairwise(given())) < 30
    assert all(c.steps[1] == one.steps[1] for c in moved)  # nothing to tune there
    assert given()[-1].steps[0].method == "quantiles"


def test_some_draws_move_the_sampler_and_the_encoding():
    project = Project(sampler=choices().samplers["class_balance"]())
    one = Candidate.of(project, choices().algorithms.read("decision_tree"))

    def given(encoding_matters):
        score = (lambda c: float(c.encoding.order == "alphabet")) if encoding_matters else (lambda c: c.sampler.strength)
        return tried(Plan((one,), Search(trials=80, seconds=None), 1), score)

    found = given(encoding_matters=True)
    assert found == given(encoding_matters=True)
    assert found[0] == one
    assert sum(c.encoding.order == "alphabet" for c in found[-20:]) > 15  # what is better is kept
    assert len({c.sampler.strength for c in found}) > 1
    assert all(len(c.encoding.params()) == len(one.encoding.params()) and c.steps == one.steps for c in found)
    without_effect = given(encoding_matters=False)  # an encoding that changes no score has nothing to encode in this table
    assert sum(c.encoding != one.encoding for c in without_effect) <= WITHOUT_EFFECT


def test_an_algorithm_without_ranges_leaves_most_trials_to_the_others():
    some = candidates("linear", "ridge")
    drawn = [
        c.id for c in tried(Plan(some, Search(trials=40, seconds=None), 0), lambda c: 0.5 + (c.id == "linear") + c.encoding.max_levels)
    ]
    assert 1 < drawn.count("linear") < drawn.count("ridge")


def test_a_better_contender_is_drawn_from_more_often():
    some = candidates("logistic", "random_forest", "lightgbm")
    score = {"logistic": 0.6, "random_forest": 0.9, "lightgbm": 0.8}
    drawn = [a.id for a in tried(Plan(some, Search(trials=25, seconds=None), 0), lambda a: score[a.id])[3:]]
    assert drawn.count("random_forest") > drawn.count("lightgbm") > drawn.count("logistic") > 0


def test_what_failed_is_not_drawn_from():
    some = candidates("logistic", "random_forest")
    drawn = tried(Plan(some, Search(trials=8, seconds=None), 0), lambda a: None if a.id == "random_forest" else 0.5)[2:]
    assert {a.id for a in drawn} == {"logistic"}


def test_draws_come_from_the_contenders():
    some = candidates("logistic", "decision_tree", "random_forest", "lightgbm")
    score = {"logistic": 0.9, "decision_tree": 0.1, "random_forest": 0.8, "lightgbm": 0.85}
    given = tried(Plan(some, Search(trials=13, seconds=None), 0), lambda a: score[a.id])
    assert {a.id for a in given[4:]} == {"logistic", "random_forest", "lightgbm"}


def test_fewer_trials_than_candidates():
    some = candidates("baseline", "logistic", "random_forest")
    assert len(tried(Plan(some, Search(trials=2, seconds=None), 0), lambda a: None)) == 2


def test_a_grid_ends_by_itself_and_repeats_nothing():
    some = candidates("logistic")
    given = tried(Plan(some, Search(method="grid", trials=None, seconds=None, grid_points=3), 0), lambda a: 0.5)
    assert len(given) == len(set(given))
    assert set(some[0].algorithm.grid(3)) <= {candidate.algorithm for candidate in given}


def test_a_grid_is_over_the_ranges_of_every_part():
    project = Project(steps=(Step(choices().operations.read("clip")),), sampler=choices().samplers["class_balance"]())
    some = tuple(Candidate.of(project, choices().algorithms.read(id_)) for id_ in ("baseline", "logistic", "ridge"))
    given = tried(Plan(some, Search(method="grid", trials=None, seconds=None, grid_points=2), 0), lambda c: 0.5)
    assert tuple(given[:3]) == some
    assert sum(c.id == "baseline" for c in given) == 1  # it uses no column
    proposed = {(c.steps, c.sampler, c.encoding) for c in some}
    other_parts = [(c.steps, c.sampler, c.encoding) not in proposed for c in given]
    assert other_parts == sorted(other_parts)  # the algorithms' own ranges come first
    for candidate in some[1:]:
        (clip,) = candidate.steps
        combinations = {
            (step, sampler, encoding, algorithm)
            for step in clip.grid(2)
            for sampler in candidate.sampler.grid(2)
            for encoding in candidate.encoding.grid(2)
            for algorithm in candidate.algorithm.grid(2)
        }
        assert combinations <= {(c.steps[0], c.sampler, c.encoding, c.algorithm) for c in given if c.id == candidate.id}


def test_the_baseline_alone_is_one_trial():
    assert len(tried(Plan(candidates("baseline"), Search(trials=50, seconds=None), 0), lambda a: 0.5)) == 1


def test_a_clock_begins_no_trial_that_cannot_end_in_time():
    quick, slow = candidates("logistic", "random_forest")
    clock = Clock(100.0, share=0.5)
    assert clock.allows(slow)  # the first is always begun
    clock.record(quick, 1.0)
    clock.record(slow, 60.0)
    assert clock.allows(quick)
    assert not clock.allows(slow)
    assert 0.0 <= clock.fraction() < 0.1


def test_what_was_not_seen_yet_is_taken_to_be_as_slow_as_the_slowest():
    quick, slow, new = candidates("logistic", "random_forest", "lightgbm")
    clock = Clock(100.0, share=0.5)
    clock.record(quick, 1.0)
    assert clock.allows(new)
    clock.record(slow, 60.0)
    assert not clock.allows(new)


def test_a_search_never_ends_with_the_baseline_alone():
    baseline, quick, slow = candidates("baseline", "logistic", "random_forest")
    clock = Clock(1e-9)
    clock.record(baseline, 5.0)
    assert clock.allows(slow)
    assert not clock.over()
    assert clock.fits(100.0)
    clock.record(quick, 0.1)
    assert not clock.allows(slow)
    assert clock.over()
    assert not clock.fits(0.0)


def test_counted_work_has_no_clock():
    clock = Clock(None)
    clock.record(candidates("logistic")[0], 1e9)
    assert clock.allows(candidates("logistic")[0])
    assert clock.fraction() == 0.0
