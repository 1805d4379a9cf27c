"""Templates: the brief of a common problem, to begin a project with and to change."""

from __future__ import annotations

from dataclasses import dataclass

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.project.decisions import Brief
from mlops_desktop.serving.message import msg


@dataclass(frozen=True)
class Template:
    """A common problem: its title, what its table holds, and the brief."""

    id: str
    title: str
    table: str
    brief: Brief


TEMPLATES = (
    Template(
        "churn",
        msg("Customer churn"),
        msg("One row per customer: contract, use, and whether the customer left."),
        Brief(
            statement=msg("Which customers will cancel their contract in the next three months?"),
            users=msg("The customer service team, once a week"),
            decision=msg("Which customers are called with an offer"),
            success=msg("More customers who were about to leave stay than in a group that is not called, at a lower cost than their loss"),
        ),
    ),
    Template(
        "scorecard",
        msg("Credit scorecard"),
        msg("One row per application: income, history, and whether the loan was repaid."),
        Brief(
            statement=msg("How likely is it that an applicant will not repay the loan?"),
            users=msg("Credit officers, with each application"),
            decision=msg("Accept, decline, or have the application checked by a person"),
            success=msg("Fewer defaults at the same share of accepted applications, and no group of applicants is treated worse"),
        ),
    ),
    Template(
        "price",
        msg("Price estimate"),
        msg("One row per sale: what was sold, where and when, and its price."),
        Brief(
            statement=msg("At which price will an item be sold?"),
            users=msg("Sales and valuation staff, when an item is offered"),
            decision=msg("The asking price, and which offers are too low"),
            success=msg("The estimate is on average closer to the selling price than that of an expert"),
        ),
    ),
    Template(
        "defect",
        msg("Defects in production"),
        msg("One row per part: settings and measurements, and whether it failed the inspection."),
        Brief(
            statement=msg("Which parts will fail the final inspection?"),
            users=msg("Shift supervisors, during production"),
            decision=msg("Which parts are inspected at once or taken out"),
            success=msg("Most defective parts are found, and few good ones are taken out"),
        ),
    ),
    Template(
        "sensor",
        msg("Sensor readings over time"),
        msg("One row per time: the readings, and the value or the failure to foresee."),
        Brief(
            statement=msg("Which value will the sensor show next, or will the machine fail soon?"),
            users=msg("Maintenance engineers, on every shift"),
            decision=msg("Which machines are serviced before they fail"),
            success=msg("Failures are foreseen early enough for a repair, with few false alarms"),
            data_kind="time",
        ),
    ),
)


def template_of(id_: str) -> Template:
    """The template of an id. UserError when there is none."""
    known = {template.id: template for template in TEMPLATES}
    if id_ not in known:
        raise UserError(msg("There is no template “{id}”.", id=id_), msg("There are: {names}.", names=", ".join(known)))
    return known[id_]


def filled_brief(template: Template, brief: Brief) -> Brief:
    """A brief with the texts of a template where it has none itself."""
    default = Brief()
    given = {name: value for name, value in vars(brief).items() if value != getattr(default, name)}
    texts = {name: str(value) for name, value in vars(template.brief).items()}  # plain ones: they are the person's from now on
    return Brief(**{**texts, **given})
