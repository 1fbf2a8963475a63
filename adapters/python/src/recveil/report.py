"""The report of an audit: a verdict, a table, a page, and a display in notebooks."""
from __future__ import annotations

import html
import json
import os
from typing import Any, Dict, List, NamedTuple, Optional, Union

from recveil import abi


class Line(NamedTuple):
    """One attacker: the AUC with its 95 % interval; .5 is guessing."""

    attacker: str
    auc: float
    lo: float
    hi: float
    before: Optional[float] = None  # of an attribute audit: on the rows before

    def __str__(self) -> str:
        was = "" if self.before is None else f"   before {self.before:.3f}"
        return f"{self.attacker:<34} {self.auc:.3f} [{self.lo:.3f}, {self.hi:.3f}]{was}"


_STYLE = ("font-family:system-ui,sans-serif;font-size:14px;border-collapse:collapse;"
          "color:CanvasText;background:Canvas")
_COLOUR = {"leak": "#b3261e", "no_leak_found": "#1b6e3c", "inconclusive": "#7a5b00"}


class Report:
    """What an audit found.

    Attributes:
        data: the whole report, as docs/audit.md describes it
        evidence: of an attribute audit: what Journal.evidence() takes
    """

    def __init__(self, data: Dict[str, Any],
                 evidence: Optional[abi.recveil_attribute_evidence] = None) -> None:
        self.data, self.evidence = data, evidence

    @property
    def verdict(self) -> str:
        """"leak", "no_leak_found" or "inconclusive"."""
        return str(self.data["verdict"])

    @property
    def warnings(self) -> List[str]:
        """What often goes wrong in collecting, and was seen."""
        return [str(w) for w in self.data.get("warnings", [])]

    @property
    def not_says(self) -> str:
        """What the verdict is not."""
        return str(self.data.get("not_says", ""))

    @property
    def blind_spots(self) -> List[str]:
        """What the audit cannot see."""
        return [str(spot) for spot in self.data.get("blind_spots", [])]

    def table(self) -> List[Line]:
        """The attackers, the one who tells most first."""
        lines = [Line(self._name(one), one["auc"]["value"], one["auc"]["lo"], one["auc"]["hi"],
                      one.get("auc_before"))
                 for one in self.data.get("attackers") or [] if one.get("auc")]
        return sorted(lines, key=lambda line: -abs(line.auc - 0.5))

    @staticmethod
    def _name(one: Dict[str, Any]) -> str:
        parts = (one.get(key) for key in ("attribute", "source", "protocol", "attacker", "name"))
        return " ".join(str(part) for part in parts if part)

    @property
    def worst(self) -> Line:
        """The attacker who tells most, in either direction."""
        return self.table()[0]

    def __str__(self) -> str:
        lines = [f"verdict: {self.verdict}"] + [f"  {line}" for line in self.table()]
        lines += [f"  warning: {text}" for text in self.warnings]
        return "\n".join(lines + ([self.not_says] if self.not_says else []))

    def __repr__(self) -> str:
        found = self.table()
        return f"<Report {self.verdict!r}" + (f", {str(found[0])!r}>" if found else ">")

    def to_json(self) -> str:
        """The whole report."""
        return json.dumps(self.data, indent=2)

    def _body(self) -> str:
        colour = _COLOUR.get(self.verdict, "CanvasText")
        rows = "".join(self._row(line) for line in self.table())
        notes = "".join(f"<li>{html.escape(text)}</li>" for text in self.warnings)
        why = "".join(f"<li>{html.escape(str(r))}</li>" for r in self.data.get("reasons", []))
        spots = "".join(f"<li>{html.escape(text)}</li>" for text in self.blind_spots)
        limits = (f"<p>{html.escape(self.not_says)}</p><details><summary>What this audit cannot see"
                  f"</summary><ul>{spots}</ul></details>" if spots else "")
        return (f'<div style="{_STYLE}"><p><b style="color:{colour}">{html.escape(self.verdict)}</b>'
                f" - what an outsider tells; .5 is guessing, the bar is the 95 % interval</p>"
                f"<ul>{why}{notes}</ul><table><tr><th align=left>attacker</th><th>AUC</th>"
                f"<th>95 % interval</th><th>0 to 1</th></tr>{rows}</table>{limits}</div>")

    @staticmethod
    def _row(line: Line) -> str:
        left, width = 200 * line.lo, max(2.0, 200 * (line.hi - line.lo))
        bar = ('<svg width="204" height="14" role="img"><line x1="101" x2="101" y1="0" y2="14" '
               'stroke="currentColor" stroke-dasharray="2 2"/>'
               f'<rect x="{left + 1:.1f}" y="4" width="{width:.1f}" height="6" fill="#4a6fa5"/></svg>')
        return (f"<tr><td>{html.escape(line.attacker)}</td><td>{line.auc:.3f}</td>"
                f"<td>{line.lo:.3f} to {line.hi:.3f}</td><td>{bar}</td></tr>")

    def _repr_html_(self) -> str:
        return self._body()

    def to_html(self, path: Optional[Union[str, "os.PathLike[str]"]] = None) -> str:
        """One self-contained page; written to a file as well if there is a path."""
        page = ('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
                '<meta name="color-scheme" content="light dark"><title>Recveil audit</title></head>'
                f"<body>{self._body()}<details><summary>The whole report</summary>"
                f"<pre>{html.escape(self.to_json())}</pre></details></body></html>\n")
        if path is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(page)
        return page
