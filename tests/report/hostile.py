"""Texts that mean harm, and a scan that has them in every field."""

from __future__ import annotations

from dataclasses import replace

from dedup.model import Document, ScanResult

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></script><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "]]><iframe src='https://evil.example'></iframe>",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}{# gone #}",
    "javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "&lt;script&gt; &#60;script&#62; &amp;amp;",
    "invoice\u202egnp.exe",
    "\u2067\u2066\u2068 never closed",
    "nul\x00 bell\x07 esc\x1b[31m del\x7f csi\x9b31m",
    "lone \ud800 and \udfff surrogates \ufffe",
    "z" + "\u0301" * 250,
    "</details></section></main></body></html><h1>gone</h1>",
    "<svg/onload=alert(1)><math><mtext></form><!--</math>",
    "${alert(1)} `${1}` \\u003cscript\\u003e \\' \\\"",
    "<a href='javascript:alert(1)'>here</a><base href=//evil.example>",
    "line\u2028separator\u2029and\x85next\rreturn",
    "word" * 300_000,
    "@import url(https://evil.example/x.css); } body { display: none }",
    '=HYPERLINK("https://evil.example","click")',
    "+1+1|cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\uff1d1+1",
    '\n=WEBSERVICE("https://evil.example")',
    '",=1+1,"',
    ";=1+1;",
    "]]></gexf><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "<?xml version='1.0'?><!-- -->",
    "\x1b]8;;https://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "\x1b[2J\x1b[1;1H\x1bc",
    "\x9b2J\x90q\x9d0;title\x9c",
    "%s %n %(x)s {0.__class__} {x!r}",
    "../../../../etc/passwd\x00.html",
    "con:/aux\\nul|prn?*",
    "\ufeff\u200b\u00ad\u2060",
    "\U000e0041\U000e0042 tags and \ue000 private",
]
"""Texts that mean to do something: in a browser, a spreadsheet, a terminal, an XML reader, a file system."""


def poisoned(result: ScanResult, poison: str) -> ScanResult:
    """Return the scan with `poison` in every field that holds foreign text."""
    passages = []
    for found in result.passages:
        members = tuple(
            replace(
                m,
                doc_id=poison + m.doc_id,
                text=poison + " " + m.text,
                title=poison,
                outlet=poison + (m.outlet or ""),
                url=poison,
                published=poison,
                changed=tuple(replace(c, before=poison, after=poison) for c in m.changed),
            )
            for m in found.members
        )
        origin = replace(found.origin, agency=poison, doc_id=poison, evidence=(poison,))
        passages.append(
            replace(
                found,
                cluster_id=poison + found.cluster_id,
                text=poison + " " + found.text,
                members=members,
                origin=origin,
                evidence=(poison,),
            )
        )
    documents = [
        replace(
            c,
            cluster_id=poison,
            members=tuple(
                replace(m, doc_id=poison + m.doc_id, title=poison, outlet=poison, url=poison) for m in c.members
            ),
        )
        for c in result.documents
    ]
    suppressed = [replace(s, text=poison, reason=poison, rule=poison, family=poison) for s in result.suppressed]
    texts = {
        poison + doc_id: Document(id=poison + doc_id, text=poison + d.text, title=poison, url=poison, lang=poison)
        for doc_id, d in result.texts.items()
    }
    manifest = {
        "dedup": poison,
        "config": {poison: {poison: poison}},
        "counts": {poison: 1},
        "reading": {poison: poison},
        "warnings": [poison],
        "lsh": {poison: poison, "expected_recall": {poison: 0.5}},
        "families": {
            poison + "Vell Courier": {"family": poison, "source": poison},
            "b": {"family": poison, "source": poison},
        },
    }
    return ScanResult(
        passages=tuple(passages),
        documents=tuple(documents),
        pairs=tuple(replace(p, left=poison, right=poison) for p in result.pairs),
        suppressed=tuple(suppressed),
        manifest=manifest,
        texts=texts,
    )
