"""Which of the known words was probably meant by one that is none of them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable

_LEAST = 0.66
"""Of difflib's ratio. Under it a guess is more often wrong than right, and none is better."""
_MOST = 100  # letters: how near a longer word is takes long to find, and it is none


def nearest(word: str, known: Iterable[str]) -> str | None:
    """One that begins with ``word``, else one that is spelled nearly so; whatever the case, and
    but for spaces and marks. None where nothing is near."""
    word, known = word.strip()[:_MOST], list(known)
    letters = _letters(word)
    for form in (str.casefold, _letters):
        longer = [name for name in known if form(name).startswith(form(word))]
        if longer and len(letters) > 1:
            return min(longer, key=len)
    swapped = [name for name in known if sorted(_letters(name)) == sorted(letters)]
    if swapped and letters:
        return swapped[0]
    forms = {_letters(name): name for name in known}
    close = difflib.get_close_matches(letters, forms, n=1, cutoff=_LEAST)
    return forms[close[0]] if close else None


def did_you_mean(
    word: object, known: Iterable[str], *, quote: Callable[[str], str] = lambda key: f"`{key}`"
) -> str:
    """``; did you mean `fps`?``, or nothing where no known word is near."""
    close = nearest(str(word), known)
    return f"; did you mean {quote(close)}?" if close else ""


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
