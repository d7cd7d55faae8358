# ruff: noqa: RUF001
"""Words that a full stop follows without ending a sentence."""

from __future__ import annotations

__all__ = ["CITED", "INNER", "MONTHS", "NUMBERED", "STARTERS", "TITLES"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A name follows.
TITLES = _words(
    "mr mrs ms messrs dr drs prof profs st ste sr sra srta dra hr fr mme mlle mgr rev hon gen col lt "
    "capt maj sgt cmdr gov sen rep pres mt ft ing dipl mag dott sig"
)
# The clause goes on.
INNER = _words(
    "e.g i.e cf vs viz resp approx ca circa incl excl esp usu wrt w.r.t s.t z.b d.h u.a o.ä i.d.r "
    "bzw vgl sog ggf evtl zzgl inkl p.ej c.-à-d p.ex т.е т.к напр ср"
)
# A number, a letter or a bracket follows where the sentence goes on.
NUMBERED = _words(
    "fig figs eq eqs eqn eqns sec secs sect sects ref refs tab tabs no nos nr vol vols ch chap chaps "
    "app appx p pp pg art arts par para paras pt pts thm lem prop def ex alg supp suppl ed eds ser abb "
    "abs kap bd s núm pág págs cap рис табл с гл стр jan feb mar apr jun jul aug sep sept oct nov dec"
)
# Smith et al. (2019) goes on, Smith et al. The does not.
CITED = _words("al")
# An ordinal in German: am 3. Mai.
MONTHS = _words(
    "januar jänner februar märz april mai juni juli august september oktober november dezember jahrhundert"
)
# Capitalised here, they open a sentence even after an abbreviation that could go on.
STARTERS = _words(
    "a after all although an and another as at because before both but by consequently despite during "
    "each finally first for from further furthermore given had has he hence her here his how however i "
    "if in indeed instead is it its later many meanwhile moreover most my nevertheless no not now of on "
    "once one only other our overall she similarly since so some such that the their then there "
    "therefore these they this those though through thus to two under unlike until we what when where "
    "whereas whether which while who why with yet you der die das ein eine es er sie wir und aber im in "
    "el la los las un una y pero le les il elle et mais dans"
)
