"""Four eyes: whoever made or submitted a version does not approve it."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from creatives.models import Version
from engine.errors import NotAllowed
from workspace import access
from workspace.access import Permission

Person = AbstractBaseUser | None


def may_review(version: Version, person: Person) -> bool:
    """Whether four eyes allow this person to approve it; None is the house itself."""
    if not version.creative.site.four_eyes or person is None:
        return True
    return person.pk not in {version.created_by_id, version.submitted_by_id}


def is_alone(version: Version) -> bool:
    """Whether four eyes are asked of a site where nobody is left to look with the other two."""
    site = version.creative.site
    if not site.four_eyes:
        return False
    able = access.roles_with(Permission.REVIEW)
    others = site.memberships.filter(role__in=able, user__is_active=True)
    makers = [pk for pk in (version.created_by_id, version.submitted_by_id) if pk]
    return not others.exclude(user_id__in=makers).exists()


def check(version: Version, person: Person) -> None:
    """Raise NotAllowed, with what to do, unless this person may approve it."""
    if may_review(version, person):
        return
    if is_alone(version):
        raise NotAllowed(
            _("You made this version, and nobody else of this site could approve it."),
            hint=_("Add a person under Settings, People, or turn four eyes off under Settings."),
        )
    raise NotAllowed(
        _("You made this version: somebody else has to approve it."),
        hint=_("An administrator can turn four eyes off under Settings."),
    )
