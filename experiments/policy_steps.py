"""The part of a decision that a policy makes: slice, segment, caps, probabilities, draw."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from audiences import sentences
from audiences.models import Segment
from delivery import decide
from delivery.index import ReadyExperiment
from delivery.policies import ReadyPolicy, Table
from delivery.visitor import Visitor
from engine.assignment.hashing import bucket
from engine.assignment.recipe import Reason
from experiments import audience_steps
from experiments.inquiry import Inquiry
from experiments.models import Experiment, Parameters
from experiments.steps import Line, Step

Range = tuple[int, int]


def fixed(inquiry: Inquiry, ready: ReadyExperiment, row: Experiment) -> Iterator[Step]:
    """A fixed split: drawn on the visitor; who is beyond the cap of that banner is not redrawn."""
    recipe, visitor = ready.recipe, inquiry.visitor
    assert recipe is not None  # noqa: S101 - it runs
    if (block := audience_steps.block(ready, visitor)) is not None:
        yield block
    place, drawn_on = decide.place_of(ready, visitor), decide.drawn_on(ready, visitor)
    names = _names(row)
    yield _drawn(bucket(recipe.draw_seed, drawn_on), recipe.variants[place].range, names[place])
    if (position := audience_steps.position(ready, place, row)) is not None:
        yield position
    if ready.capped:
        beyond = decide.beyond_cap(ready, inquiry.visitor)
        yield _caps(inquiry.visitor, ready, row, ended=bool(beyond >> place & 1))


def by_policy(inquiry: Inquiry, ready: ReadyExperiment, row: Experiment) -> Iterator[Step]:
    """Any other policy: who follows it, what it says, what caps leave, what is drawn."""
    visitor, recipe = inquiry.visitor.at(ready.here), ready.recipe
    assert recipe is not None  # noqa: S101 - it runs
    policy = decide.policy_of(ready, inquiry.live.learnt)
    chosen = decide.chosen_table(ready, policy, visitor)
    table = decide.table_for(ready, policy, visitor)
    yield _exploration(policy, visitor.unit)
    if chosen.terms.reason is not Reason.EXPLORATION:
        yield _choice(inquiry, ready, chosen)
    if ready.capped:
        yield _caps(visitor, ready, row, ended=table is None)
    if table is None:
        return
    names = _names(row)
    yield _probabilities(table, names)
    drawn_on = policy.drawn_on(visitor.unit, visitor.session)
    place, drawn = table.draw(recipe.draw_seed, drawn_on), bucket(recipe.draw_seed, drawn_on)
    yield _drawn(drawn, _range(table, place), names[place], _drawn_on(policy, visitor))


def _names(row: Experiment) -> list[str]:
    return [variant.name for variant in row.variants.all()]


def _range(table: Table, place: int) -> Range:
    end = table.ends[place]
    return end - table.widths[place], end


def _exploration(policy: ReadyPolicy, unit: str) -> Step:
    drawn, inside = bucket(policy.explore_seed, unit), policy.explores(unit)
    words = {"bucket": drawn, "share": f"{policy.explore_below / 100:g}"}
    answer = (
        _("Yes: bucket %(bucket)s is among its %(share)s %%. Every banner is equally likely.")
        if inside
        else _("No: bucket %(bucket)s is outside its %(share)s %%, so the policy decides.")
    )
    question = _("Does this visitor belong to the exploration slice?")
    ranges = ((0, policy.explore_below),)
    return Step(question, answer % words, bucket=drawn, ranges=ranges)


def _choice(inquiry: Inquiry, ready: ReadyExperiment, chosen: Table) -> Step:
    if chosen.terms.reason is Reason.DEFAULT:
        answer = _("What this visitor did is not known in time: the shares of everybody else hold.")
        return Step(_("What does the policy say?"), answer, "noted")
    if chosen.terms.policy == Experiment.Policy.THOMPSON:
        return _learnt(chosen)
    return _segments(inquiry, ready, chosen)


def _learnt(chosen: Table) -> Step:
    question = _("What has been learned?")
    version = chosen.terms.policy_version
    made = Parameters.objects.filter(version=version).first() if version else None
    if made is None:
        return Step(question, _("Nothing yet: the weights of the plan hold."))
    answer = _("Version %(version)s of the probabilities is in force.") % {"version": version}
    return Step(question, answer)


def _segments(inquiry: Inquiry, ready: ReadyExperiment, chosen: Table) -> Step:
    """The segments that were asked, up to the first that matched."""
    policy = ready.entry.policy
    rules = policy.rules if policy else ()
    keys = [rule.segment for rule in rules]
    rows = Segment.objects.filter(site=inquiry.site, key__in=keys)
    names = dict(rows.values_list("key", "name"))
    matched = chosen.terms.segment
    asked = rules[: keys.index(matched) + 1] if matched else rules
    currency = inquiry.site.currency
    lines = [
        Line(
            f"{names.get(rule.segment, rule.segment)}: "
            f"{sentences.of(rule.rule, currency=currency)}",
            rule.segment == matched,
        )
        for rule in asked
    ]
    lines += audience_steps.unasked(tuple(item for rule in asked for item in rule.rule.all))
    answer = (
        _("“%(segment)s” is the first that matches.") % {"segment": names.get(matched, matched)}
        if matched
        else _("None: the weights of everybody else hold.")
    )
    return Step(_("Which segment does this visitor belong to?"), answer, lines=tuple(lines))


def _caps(visitor: Visitor, ready: ReadyExperiment, row: Experiment, *, ended: bool) -> Step:
    question = _("Has this visitor seen a banner often enough?")
    beyond, variants = decide.beyond_cap(ready, visitor), list(row.variants.all())
    places = [place for place in ready.capped if beyond >> place & 1]
    lines = tuple(
        Line(_beyond(visitor, ready, place, variants[place].name), holds=False) for place in places
    )
    if ended:
        answer = _("Yes, so the default is shown.")
    elif lines:
        answer = _("These are left out:") if ready.policy else _("Yes, but not the one drawn.")
    else:
        answer = _("No banner is beyond its cap.")
    return Step(question, answer, "ended" if ended else "passed", lines=lines)


def _beyond(visitor: Visitor, ready: ReadyExperiment, place: int, name: str) -> str:
    creative = ready.entry.variants[place].creative
    counted, cap = visitor.counted(creative), creative.cap
    assert cap is not None  # noqa: S101 - only capped places are asked
    parts = []
    if cap.per_session and counted.in_session >= cap.per_session:
        words = {"n": counted.in_session, "most": cap.per_session}
        parts.append(_("%(n)s times in this visit (at most %(most)s)") % words)
    if cap.per_day and counted.today >= cap.per_day:
        words = {"n": counted.today, "most": cap.per_day}
        parts.append(_("%(n)s times today (at most %(most)s)") % words)
    return f"{name}: " + ", ".join(parts)


def _probabilities(table: Table, names: list[str]) -> Step:
    shares = ", ".join(
        f"{name} {width / 100:g} %" for name, width in zip(names, table.widths, strict=True)
    )
    return Step(_("How likely is each banner?"), shares)


def _drawn_on(policy: ReadyPolicy, visitor: Visitor) -> str:
    if policy.kind != Experiment.Policy.THOMPSON:
        return ""
    if not visitor.session:
        return _("Drawn on the visitor alone: no session id was given.")
    return _("Drawn on the visitor and the session: the next visit is drawn anew.")


def _drawn(drawn: int, owned: Range, name: str, note: str = "") -> Step:
    first, end = owned
    words = {"bucket": drawn, "first": first, "last": end - 1, "variant": name}
    answer = _("Bucket %(bucket)s lies in %(first)s–%(last)s: %(variant)s.") % words
    lines = (Line(note),) if note else ()
    return Step(_("Which variant?"), answer, bucket=drawn, ranges=(owned,), lines=lines)
