"""One good line of every command that speaks of a thing, over a record in which each thing exists.

``stock`` brings a released lot's record to where every noun has something to act on. The tests of
bad input then spoil these lines one word at a time: an identifier, a number, a time, a person.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from lottrack.assets import database_folder
from tests import steps
from tests.house.tree import leaves

if TYPE_CHECKING:
    from tests.conftest import Program, Result
    from tests.steps import Filled

MOTHER = (
    "A*02:01+A*11:01^B*44:02+B*35:01^C*05:01+C*04:01^DRB1*04:01+DRB1*01:01^DQB1*03:01+DQB1*05:01"
)
LEAVES = leaves()
T, PH, RP, QC = "TECHNICIAN1", "PHARMACIST1", "RP1", "QC1"


class Line(NamedTuple):
    """A good line: who types it and what, with ``{name}`` where a thing of the stock is named.

    ``more`` are lines on standard input, ``ends`` is the exit status over the stock.
    """

    words: str
    user: str
    rest: str
    more: tuple[str, ...] = ()
    ends: int = 0

    @property
    def tokens(self) -> list[str]:
        """The words after the command, still with the names of things."""
        return shlex.split(self.rest)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The lines on standard input after the acting user's own."""
        own = (self.user,) if LEAVES[self.words].signed else ()
        tokens = self.tokens
        seconds = [tokens[tokens.index(o) + 1] for o in ("--second", "--witness") if o in tokens]
        return (*own, *self.more, *seconds)

    def typed(self, things: dict[str, str]) -> list[str]:
        """The whole line with the things of a stock."""
        return [*self.words.split(), *(token.format_map(things) for token in self.tokens)]


LINES = [
    # -- people, places
    Line("user role", "ADMIN", "{user} --add qc"),
    Line("user unlock", "ADMIN", "{user}", ends=33),
    Line("user reset", "ADMIN", "{user}", ("a new long secret",) * 2),
    Line("user deactivate", "ADMIN", "{user} --reason left --confirm {user}"),
    Line("user add", "ADMIN", "NEW1 --name New --role qc", ("a new long secret",) * 2),
    Line("user passwd", T, "", (T, "a new long secret", "a new long secret")),
    Line("place register", T, "FREEZER2 --name Freezer --kind storage"),
    # -- donor, patient, course
    Line("patient register", T, "--code P09 --born 2019 --sex F"),
    Line("patient weigh", T, "{patient} --weight-kg 13.1 --on {today}"),
    Line("patient type", T, "{patient} --hla A*02:01+A*24:02"),
    Line("patient consent", T, "{patient} --kind data --document X --on {today}"),
    Line("patient band", T, "{patient} --scan HOSPITAL-1 --second NURSE1"),
    Line("patient show", "", "{patient}"),
    Line("donor register", T, "--code D09 --born 1990 --sex F"),
    Line("donor type", T, "{donor} --hla A*02:01+A*03:01"),
    Line("donor consent", T, "{donor} --kind data --document X --on {today}"),
    Line("donor screen", T, "{donor} --sampled-on {today} --marker HBsAg=non-reactive"),
    Line("donor decide", RP, "{donor2} --eligible"),
    Line("donor show", "", "{donor}"),
    Line("pair register", T, "--donor {donor2} --patient {patient} --relation mother"),
    Line("pair show", "", "{pair}"),
    Line(
        "course open",
        T,
        "--pair {pair} --protocol {protocol} --basis trial --reference X --performed-by {user}",
    ),
    Line("course show", "", "{course}"),
    Line("course amend", T, "{course} --protocol {protocol2} --reason X"),
    Line("course close", T, "{course} --reason X"),
    Line("protocol show", "", "{protocol}"),
    Line("protocol load", T, "{protocol_file}"),
    Line("protocol approve", "QP1", "{protocol3} --signer {qp}"),
    # -- collection
    Line("collection plan", T, "{course} --planned-on {today}"),
    Line(
        "collection record",
        T,
        "--course {course} --collection {planned} --tnc 5e8 --volume-ml 20 --screening-rule {rule}",
    ),
    Line(
        "collection receive",
        T,
        "{collection} --from courier --temperature-c 5 --condition intact --labels-match yes",
    ),
    Line("collection count", T, "{collection} --tnc 7e8 --mnc 2e8 --viability 98"),
    Line("collection accept", RP, "{collection} --signer {rp}"),
    Line("collection reject", RP, "{collection} --reason X --signer {rp}"),
    Line("collection show", "", "{collection}"),
    # -- lot
    Line("lot register", T, "--collection {collection} --product MSC-EB --spec {specification}"),
    Line("lot register", T, "--parent {lot2} --product MSC-EB --spec {specification}"),
    Line("lot seed", T, "{lot2} --passage P1 --seeded 1e6 --area-cm2 300"),
    Line("lot observe", T, "{lot2} --passage P0 --text X"),
    Line("lot harvest", T, "{lot3} --passage P1 --harvested 2e6 --viability 95"),
    Line(
        "lot passage",
        T,
        "{lot2} --passage P1 --seeded 1e6 --area-cm2 300 --harvested 2e6 --viability 95"
        " --seeded-at {yesterday}",
    ),
    Line("lot sample", T, "{lot2} --kind cells --cells 1e5"),
    Line("lot discard", T, "{lot2} --cells 1e5 --reason X"),
    Line(
        "lot fill",
        T,
        "{lot2} --kind bag --count 1 --cells-each 1e6 --volume-ml 2 --expires {later}",
    ),
    Line("lot fill-confirm", T, "{fill2} --actual {bag4}=9e5,1.9"),
    Line("lot fill-confirm", T, "{fill2} --not-filled {bag4}"),
    Line("lot show", "", "{lot}"),
    Line("lot tree", "", "{lot}"),
    Line("lot check", "", "{lot} --fill {fill}", ends=41),
    Line("lot certificate", "QC1", "{lot} --out {folder}"),
    Line("lot certificate", "QC1", "{lot2} --final", ends=40),
    Line("lot dossier", "QA1", "{lot} --out {folder}"),
    Line("lot certification", "QA1", "{lot} --out {folder}"),
    Line("lot documents", "", "{lot}"),
    Line("lot review", "QA1", "{lot2} --signer {qa}"),
    Line("lot attest", "QA1", "{lot} deviations-closed --text X"),
    Line("lot close", T, "{lot2} --reason X --confirm {lot2}", ends=41),
    Line("lot release", "QP1", "{lot} --fill {fill} --signer {qp}", ends=33),
    Line("lot certify", "QP1", "{lot} --fill {fill} --signer {qp}", ends=33),
    Line("lot conditions", "", "{lot}"),
    Line("lot register-of-certifications", "", "--from {today} --to {later_day}"),
    Line("lot reject", "QP1", "{lot2} --reason X --confirm {lot2}"),
    Line("lot recall", "QP1", "{lot} --fill {fill} --reason X"),
    Line("lot discontinue", "QP1", "{lot2} --reason X"),
    Line(
        "lot respecify", "QP1", "{lot2} --spec {specification3} --reason X --signer {qp}", ends=40
    ),
    Line("hold open", T, "{lot} --cause other --reason X"),
    Line("hold lift", "QA1", "{hold} --reason X --signer {qa}"),
    # -- documents, results
    Line("spec show", "", "{specification}"),
    Line("spec load", T, "{spec_file}"),
    Line("spec approve", "QP1", "{specification2} --signer {qp}"),
    Line("spec compare", "", "{specification3} BM-MSC@1"),
    Line("spec retire", "QP1", "{specification3} --reason X --signer {qp}"),
    Line("result record", QC, "{lot2} viability-fill 94 --performed-by {user}"),
    Line("result record", QC, "{lot2} sterility-p0 'no growth' --sample {sample}"),
    Line("result record", QC, "{lot2} CD45 0.2 --retest {oos2}"),
    Line("result import", QC, "{results_file} --lot {lot2} --performed-by {user}"),
    Line("oos list", "", "--lot {lot2}"),
    Line("oos show", "", "{oos}"),
    Line("oos open", QC, "{undecided} --reason X"),
    Line("oos investigate", "QC2", "{oos} --assignable no --finding X"),
    Line("oos plan", "QA1", "{oos} --retests 1 --text X --signer {qa}"),
    Line("oos conclude", "QP1", "{oos} --confirm --text X --signer {qp}"),
    Line("result review", "QC2", "{result} --signer {qc}"),
    Line("result review", "QC2", "--lot {lot2}"),
    Line("result list", "", "{lot}"),
    # -- deviations, equipment, training
    Line("deviation open", T, "--class minor --title X --text X --concerns {bag}"),
    Line("deviation link", T, "{deviation} --concerns {result}"),
    Line("deviation reclassify", "QA1", "{deviation} --class critical --reason X"),
    Line("deviation investigate", "LEAD1", "{deviation} --cause X --text X"),
    Line("deviation action", "LEAD1", "{deviation} --text X --owner {user} --due {later_day}"),
    Line("deviation done", T, "{action} --text X"),
    Line("deviation check", "QA1", "{deviation2} --effective yes --text X"),
    Line("deviation close", "QA1", "{deviation3} --text X --signer {qa}"),
    Line("deviation limit", "QA1", "--days 30 --reason X"),
    Line("deviation show", "", "{deviation}"),
    Line("equipment register", "LEAD1", "INC-09 --name X --kind X --place {place}"),
    Line(
        "equipment calibrate",
        T,
        "{equipment} --on {today} --due {later_day} --certificate X",
    ),
    Line("equipment retire", "LEAD1", "{equipment} --reason X"),
    Line("equipment show", "", "{equipment}"),
    Line("training require", "QA1", "--act verify --subject X"),
    Line("training withdraw", "QA1", "{requirement} --reason X"),
    Line("training record", "QA1", "{user} --subject X --on {today} --until {later_day}"),
    Line("training list", "", "--user {user}"),
    # -- materials
    Line("material register", T, "DMSO --name X --kind cryoprotectant --unit mL --open-days 5"),
    Line(
        "material receive",
        T,
        "{material} --supplier X --supplier-lot X-9 --expires {later_day} --quantity 100",
    ),
    Line("material release", "QC2", "{material_lot2} --signer {qc}"),
    Line("material reject", "QC2", "{material_lot2} --reason X --signer {qc}"),
    Line("material open", T, "{material_lot}"),
    Line("material use", T, "{material_lot} {lot2} --passage P0 --quantity 5 --vial {vial}"),
    Line("material use", T, "{material_lot} {lot2} --fill {fill2} --quantity 5"),
    Line("material discard", T, "{material_lot} --quantity 5 --reason X --performed-by {user}"),
    Line("material recall", T, "{material_lot} --reason X"),
    Line("material list", "", "{material}"),
    Line("material list", "", "--lot {lot}"),
    Line("material show", "", "{material_lot}"),
    # -- after a release
    Line("notify show", "", "{notification}"),
    Line("notify record", "QA1", "{notification} --reached X --what X --by {user}"),
    Line("notify load", "QP1", "{duties_file} --signer {qp}"),
    Line("supply request", "CLINICIAN1", "{bag} --reason X --signer {clinician}", ends=41),
    Line(
        "supply assess",
        "QP1",
        "{supply} --text X --organism X --sensitivities X --signer {qp}",
    ),
    Line("supply accept", "CLINICIAN1", "{supply2} --prophylaxis X --signer {clinician}"),
    Line("supply decline", "CLINICIAN1", "{supply} --reason X --signer {clinician}"),
    Line("supply show", "", "{supply}"),
    # -- labels
    Line("label print", T, "{bag} --copy chart --out {folder}"),
    Line("label apply", T, "{chart} --to {lot}"),
    Line("label send", T, "{label} --printer {printer}", ends=44),
    Line(
        "printer register",
        "ADMIN",
        "OFFICE --name X --at file:{folder} --dpi 300 --language pdf",
    ),
    Line("printer test", T, "{printer}"),
    Line("printer retire", "ADMIN", "{printer} --reason X"),
    Line("printer show", "", "{printer}"),
    Line("label void", T, "{label} --reason X"),
    Line("label list", "", "{bag}"),
    Line("label reconcile", "QA1", "{lot} --out {folder}", ends=44),
    Line("label read", "", "{scan}"),
    Line("due", "", "--days 7"),
    Line("chart growth", "", "{lot}"),
    Line("chart test", "", "viability-fill"),
    Line(
        "audit review",
        "QA1",
        "--from 2026-01-01T00:00 --to 2026-01-02T00:00 --remarks X",
        ends=20,
    ),
    Line("label clear", "QA1", "{lot} --at-place {place} --reason X", ends=33),
    Line("label approve", "QP1", "cryobag", ends=33),
    Line("place line-clearance", "QA1", "{place} --on --reason X"),
    # -- the bench, a conversation at a terminal
    Line("bench open", T, "", ends=2),
    Line("bench doctor", T, "", ends=2),
    Line("bench reason", "QA1", "X"),
    Line("label commands", "", "--out {folder}"),
    Line("label donation", "", "{collection} --out {folder}", ends=44),
    # -- custody
    Line("container extend", "QP1", "{bag} --expires {much_later} --basis X --signer {qp}"),
    Line("custody store", PH, "{bag} --position A1 --place {place}"),
    Line("custody transfer", PH, "{bag} --to {place} --temperature-c -150"),
    Line("custody receive", "NURSE1", "{moving} --condition intact --minutes-above 0 --max-c -150"),
    Line("custody inspect", PH, "{bag} --finding none"),
    Line("custody return", PH, "{bag} --reason X"),
    Line("custody retain", PH, "{bag} --reason X"),
    Line("custody lose", PH, "{bag} --reason X"),
    Line("custody destroy", PH, "{bag} --reason X --confirm {bag} --witness PHARMACIST2"),
    Line("custody show", "", "{bag}"),
    # -- orders, the bedside
    Line(
        "order place",
        "CLINICIAN1",
        "--patient {patient} --number 2 --planned-on {later_day} --weight-kg 13.2"
        " --weighed-on {today} --signer {clinician}",
    ),
    Line("order place", "CLINICIAN1", "--course {course} --number 2 --planned-on {later_day}"),
    Line(
        "order waive",
        "CLINICIAN1",
        "{order} interval-too-long --reason X --second QP1 --signer {clinician}",
    ),
    Line("order cancel", "CLINICIAN1", "{order} --reason X"),
    Line("prepare start", PH, "{order} {scan2}"),
    Line("prepare count", PH, "{preparation} --viable 4e7"),
    Line("prepare count", PH, "{preparation} --total 4e7 --viability 90"),
    Line("prepare finish", PH, "{preparation} --into same --volume-ml 4 --used-ml 4"),
    Line("verify", PH, "{scan} --patient {patient} --order {order}", ends=42),
    Line(
        "dispense",
        PH,
        "{scan} --patient {patient} --order {order} --second PHARMACIST2",
        ends=42,
    ),
    Line(
        "infusion record",
        "NURSE1",
        "{scan} --patient {patient} --order {order} --started {earlier} --ended {now}"
        " --volume-ml 50 --left-ml 1 --reaction fever --grade 1 --second NURSE2",
        ends=42,
    ),
    Line("infusion list", "", "--patient {patient}"),
    # -- the record itself
    Line("trace", "", "{bag}"),
    Line("attach", T, "{lot} {file} --what X"),
    Line("correct", T, "{weight} weight_kg=12.9 --reason X"),
    Line("strike", T, "{weight} --reason X"),
    Line("audit show", "", "{lot} --by {user}"),
    Line("admin backup", "ADMIN", "{folder}/backup.sqlite"),
    Line("admin restore", "ADMIN", "{backup} --to {folder}/restored.sqlite --confirm TST"),
    Line("admin migrate", "ADMIN", ""),
    Line("site set", "ADMIN", "--lot-number BM-#### --reason X"),
    Line("site isbt", "ADMIN", "--facility-code A9999 --statement X --reason X"),
]

WITHOUT_A_LINE = {
    *("init", "demo", "login", "logout", "whoami"),
    *("user list", "place list", "patient list", "donor list", "pair list", "course list"),
    *("protocol list", "collection list", "lot list", "hold list", "spec list", "order list"),
    *("deviation list", "equipment list", "notify list", "notify duties", "supply list"),
    *("printer list", "label preview", "audit verify", "audit export", "admin check"),
    *("label templates", "label proof", "audit reviews", "audit witness", "site show"),
}
"""Commands that name no thing of a record, need no role, and are tested where they live."""


def said(program: Program, line: Line, words: list[str], **extra: object) -> Result:
    """Run a line whose words may be spoilt, whatever comes of it."""
    given = {"user": line.user, "secrets": line.secrets, "exit_code": None} | extra
    return program(*words, **given)


def stock(program: Program, filled: Filled) -> dict[str, str]:
    """Bring a released lot's record to where each noun has a thing; names -> things."""
    folder = program.db.parent
    things = {
        "donor": filled.donor,
        "patient": filled.patient,
        "pair": filled.pair,
        "course": filled.course,
        "lot": filled.lot,
        "fill": filled.fill,
        "bag": filled.bags[1],
        "moving": filled.bags[2],
        "scan": filled.scans[0],
        "scan2": filled.scans[1],
        "user": "TECHNICIAN2",
        "place": "WARD",
        "specification": steps.SPECIFICATION,
        "specification2": "BM-MSC",
        "specification3": "ISCT-2006@1",
        "protocol": steps.PROTOCOL,
        "rule": "EU_BM_30d",
        "order": program("order", "list").data[0]["id"],
        "folder": str(folder / "out"),
        "backup": str(folder / "earlier.sqlite"),
    }
    things |= {"qp": "QP1", "rp": "RP1", "qa": "QA1", "qc": "QC2", "clinician": "CLINICIAN1"}
    things |= _papers(program) | _second_family(program, filled) | _second_lots(program, filled)
    things |= _loose_ends(program, filled, things) | _departures(program) | _shelf(program)
    things |= _after_release(program, filled, things)
    printer = ("ZEBRA1", "--name", "X", "--at", f"file:{folder}", "--dpi", 300)
    things["printer"] = program("printer", "register", *printer, user="ADMIN").data["id"]
    program("admin", "backup", things["backup"], user="ADMIN")
    (folder / "out").mkdir()
    return things | {
        "today": steps.local_day(program),
        "later_day": steps.local_day(program, 21),
        "later": steps.ago(program, days=-100),
        "much_later": steps.ago(program, days=-900),
        "yesterday": steps.ago(program, days=1),
        "earlier": steps.ago(program, minutes=20),
        "now": steps.ago(program, minutes=1),
    }


def _shelf(program: Program) -> dict[str, str]:
    """Lysate: one delivery released and opened, one in quarantine."""
    words = ("--name", "Lysate", "--kind", "supplement", "--unit", "mL", "--open-days", "14")
    program("material", "register", "HPL", *words, user=T)
    came = [
        program(
            *("material", "receive", "HPL", "--supplier", "X", "--supplier-lot", lot),
            *("--expires", steps.local_day(program, 300), "--quantity", "500"),
            user=T,
        ).data["id"]
        for lot in ("X-1", "X-2")
    ]
    program.signed("material", "release", came[0], user="QC1")
    vial = program("material", "open", came[0], user=T).data["id"]
    return {"material": "HPL", "material_lot": came[0], "material_lot2": came[1], "vial": vial}


def _papers(program: Program) -> dict[str, str]:
    """Files to load and attach; a protocol approved, a draft of another."""
    folder = program.db.parent
    found = {"file": "a paper"}
    for name, kind, old in (
        ("spec_file", "specifications", "BM-MSC"),
        ("protocol_file", "protocols", "MSC-EB-7D"),
    ):
        found[name] = (database_folder(kind) / f"{old}.toml").read_text().replace(old, "OWN")
    for name, text in found.items():
        (folder / f"{name}.toml").write_text(text)
    draft = folder / "draft.toml"
    draft.write_text(found["protocol_file"].replace("OWN", "OWN-DRAFT"))
    program("protocol", "load", draft, user=T)
    program.signed("protocol", "approve", "MSC-EB-7D", user="QP1")
    files = {name: str(folder / f"{name}.toml") for name in found}
    return files | {"protocol2": "MSC-EB-7D", "protocol3": "OWN-DRAFT"}


def _second_family(program: Program, filled: Filled) -> dict[str, str]:
    """The mother, as a second donor with a hold; a collection planned, one taken."""
    mother = ("--code", "D02", "--born", program.clock().year - 30, "--sex", "F", "--hla", MOTHER)
    program("donor", "register", *mother, user=T)
    steps.screen_donor(program, "D02", days_ago=10)
    hold = program("hold", "open", "D02", "--cause", "other", "--reason", "fever", user=T).data
    day = steps.local_day(program)
    taken = steps.record_collection(program, filled.course, days_ago=20)
    planned = program("collection", "plan", filled.course, "--planned-on", day, user=T).data
    return {"donor2": "D02", "hold": hold["id"], "planned": planned["id"], "collection": taken}


def _second_lots(program: Program, filled: Filled) -> dict[str, str]:
    """Two lots in culture: one harvested at P0 with a planned fill, one growing at P1."""
    lots = []
    for _ in range(2):
        lot = program(
            *("lot", "register", "--collection", filled.collection, "--product", "MSC-EB"),
            *("--spec", steps.SPECIFICATION),
            user=T,
        ).data["id"]
        program(
            *("lot", "passage", lot, "--passage", "P0", "--seeded", "1e7", "--area-cm2", "600"),
            *("--harvested", "2e7", "--viability", "95"),
            *("--seeded-at", steps.ago(program, days=15), "--at", steps.ago(program, days=4)),
            user=T,
        )
        lots.append(lot)
    first, second = lots
    seeded = ("--passage", "P1", "--seeded", "1e6", "--area-cm2", "300")
    program("lot", "seed", second, *seeded, "--at", steps.ago(program, days=3), user=T)
    fill = program(
        *("lot", "fill", first, "--kind", "bag", "--count", "1", "--cells-each", "1e6"),
        *("--volume-ml", "2", "--expires", steps.ago(program, days=-90), "--planned"),
        user=T,
    ).data["id"]
    (bag,) = (each["id"] for each in program("lot", "show", first).data["containers"])
    sample = program("lot", "sample", first, "--kind", "cells", "--cells", "1e5", user=T).data
    result = program("result", "record", first, "viability-fill", "93", user="QC1").data
    things = {"lot2": first, "lot3": second, "fill2": fill, "bag4": bag}
    things |= _out_of_specification(program, first)
    return things | {"sample": sample["id"], "result": result["id"]}


def _out_of_specification(program: Program, lot: str) -> dict[str, str]:
    """An undecided result, an investigation of one that fails, another with a plan; a file."""
    undecided = program("result", "record", lot, "CD14", "<50", user="QC1").data["id"]
    things = {"undecided": undecided}
    for name, test in (("oos", "CD34"), ("oos2", "CD45")):
        things[name] = program("result", "record", lot, test, "9", user="QC1").data["oos"]
        found = ("--assignable", "yes", "--finding", "X")
        program("oos", "investigate", things[name], *found, user="QA1")
    planned = ("--retests", "1", "--text", "X", "--signer", "QP1")
    program("oos", "plan", things["oos2"], *planned, user="QP1", secrets=("QP1",))
    file = program.db.with_name("results.csv")
    file.write_text("test,value\nHLA-DR,3.1\n", encoding="utf-8")
    return things | {"results_file": str(file)}


def _loose_ends(program: Program, filled: Filled, things: dict[str, str]) -> dict[str, str]:
    """A bag on its way, one thawed for the order, a label not yet applied, a new weight."""
    program("custody", "transfer", things["moving"], "--to", "WARD", user=PH)
    start = ("prepare", "start", things["order"], filled.scans[0])
    (chart,) = program(
        *("label", "print", things["bag"], "--copy", "chart", "--out", program.db.parent / "l"),
        user=T,
    ).data
    weight = program(
        *("patient", "weigh", filled.patient, "--weight-kg", "13.4"),
        *("--on", steps.local_day(program)),
        user="NURSE1",
    ).data
    return {
        "preparation": program(*start, user=PH).data["id"],
        "chart": chart["payload"],
        "label": chart["id"],
        "weight": weight["id"],
    }


def _after_release(program: Program, filled: Filled, things: dict[str, str]) -> dict[str, str]:
    """A culture found positive and its call, the lots let go again; two dossiers; a file."""
    told = ("result", "record", things["preparation"], "sterility-post-thaw", "growth")
    made = program(*told, user="QC1").data
    opened = program("oos", "list", "--open").data
    (found,) = (each["id"] for each in opened if made["id"] in each["results"])
    looked = ("--assignable", "no", "--finding", "nothing found")
    program("oos", "investigate", found, *looked, user="QC2")
    program.signed("oos", "conclude", found, "--confirm", "--text", "it grows", user="QP1")
    for hold in made["holds"]:
        program.signed("hold", "lift", hold["id"], "--reason", "laboratory's own", user="QA1")
    dossiers = []
    for bag in (things["moving"], filled.bags[0]):
        program("hold", "open", bag, "--cause", "damage", "--reason", "a crack", user=PH)
        asked = ("supply", "request", bag, "--reason", "no other")
        dossiers.append(program.signed(*asked, user="CLINICIAN1").data["id"])
    risk = ("--text", "small", "--organism", "not known yet", "--sensitivities", "not known yet")
    program.signed("supply", "assess", dossiers[1], *risk, user="QP1")
    source = database_folder("duties") / "ATMP-DUTIES.toml"
    file = program.db.with_name("duties.toml")
    text = source.read_text(encoding="utf-8").replace("edition = 1", "edition = 2")
    file.write_text(text, encoding="utf-8")
    (call, *_) = made["late_positive"]["calls"]
    return {
        "notification": call["id"],
        "supply": dossiers[0],
        "supply2": dossiers[1],
        "duties_file": str(file),
    }


def _departures(program: Program) -> dict[str, str]:
    """Deviations at three stages, equipment in calibration, a training that is required."""
    numbers = []
    for _ in range(3):
        told = ("--class", "minor", "--title", "Door ajar", "--text", "for an hour")
        numbers.append(program("deviation", "open", *told, user=T).data["id"])
    first, second, third = numbers
    plan = ("--text", "new seal", "--owner", "TECHNICIAN2", "--due", steps.local_day(program, 9))
    actions = [
        program("deviation", "action", number, *plan, user="LEAD1").data["id"]
        for number in (first, second)
    ]
    program("deviation", "done", actions[1], "--text", "done", user="TECHNICIAN2")
    made = ("--name", "Incubator", "--kind", "incubator", "--place", "GMP")
    program("equipment", "register", "INC-01", *made, user="LEAD1")
    until = ("--on", steps.local_day(program, -9), "--due", steps.local_day(program, 90))
    program("equipment", "calibrate", "INC-01", *until, "--certificate", "K-1", user="LEAD1")
    needed = ("--act", "lot observe", "--subject", "Microscopy")
    requirement = program("training", "require", *needed, user="QA1").data["id"]
    days = ("--on", steps.local_day(program, -9), "--until", steps.local_day(program, 90))
    for person in (T, "TECHNICIAN2"):
        program(*("training", "record", person, "--subject", "Microscopy", *days), user="QA1")
    things = {"deviation": first, "deviation2": second, "deviation3": third}
    return things | {"action": actions[0], "equipment": "INC-01", "requirement": requirement}
