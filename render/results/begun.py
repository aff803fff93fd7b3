"""What was found of a cell whose figures are not whole: measuring goes on there after a kill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

_Values = Annotated[tuple[float, ...], Field(strict=False)]
_Words = Annotated[tuple[str, ...], Field(strict=False)]
_Count = Annotated[int, Field(ge=0)]


class Begun(BaseModel):
    """A share of a cell's figures, or all shares so far.

    Attributes:
        cell: its id. basis: a mark of all that the values depend on.
        after: moments and windows that were done before this share; done: that are done with it.
        values: by figure, one for each moment, pair or window of the share, in order.
        missing: what could not be measured, in one line each.
    """

    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False)

    cell: str
    basis: str
    after: Annotated[tuple[_Count, _Count], Field(strict=False)]
    done: Annotated[tuple[_Count, _Count], Field(strict=False)]
    values: Mapping[str, _Values]
    missing: _Words

    def and_then(self, share: Begun) -> Begun:
        """Both as one. A share that does not begin where this ends is another run's, which has
        found the same."""
        if share.basis != self.basis:
            return share
        if share.after != self.done:
            return self
        names = dict.fromkeys([*self.values, *share.values])
        values = {n: (*self.values.get(n, ()), *share.values.get(n, ())) for n in names}
        missing = tuple(dict.fromkeys([*self.missing, *share.missing]))
        return share.model_copy(update={"after": self.after, "values": values, "missing": missing})

    def as_entry(self) -> dict[str, Any]:
        """For the journal."""
        return {"kind": "begun", "share": self.model_dump(mode="json")}
