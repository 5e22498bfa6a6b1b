"""`pillar claims …`: the words of the commands; what they do is loaded when one is called."""

from __future__ import annotations

from typing import Annotated

import typer

from third_pillar.cli.options import Json

claims = typer.Typer(
    help="An article's claims, each settled by data.", no_args_is_help=True, rich_markup_mode=None
)

ArticleId = Annotated[str | None, typer.Option("--id", metavar="ARTICLE", help="The article's id.")]
Parameters = Annotated[
    list[str] | None,
    typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="As of `pillar report`."),
]


@claims.command("list")
def claims_list(
    verdict: Annotated[
        str | None, typer.Option(metavar="V", help="Only this verdict, such as contradicted.")
    ] = None,
    how: Annotated[
        str | None, typer.Option(metavar="H", help="Only settled so, such as measured.")
    ] = None,
    topic: Annotated[str | None, typer.Option(metavar="T", help="Only this topic.")] = None,
    article_id: ArticleId = None,
    parameter: Parameters = None,
    json: Json = False,
) -> int:
    """Every claim with its verdict and how it was settled; counts at the foot."""
    from third_pillar.cli.claims_shown import list_claims

    wanted = {"verdict": verdict, "how": how, "topic": topic}
    return list_claims(article_id, parameter or [], wanted, as_json=json)


@claims.command("show")
def claims_show(
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="Its id, such as C06.")],
    article_id: ArticleId = None,
    parameter: Parameters = None,
    json: Json = False,
) -> int:
    """All about one claim: verdict, value, thresholds, what would flip it, evidence, history."""
    from third_pillar.cli.claims_shown import show_claim

    return show_claim(claim, article_id, parameter or [], as_json=json)


@claims.command("verify")
def claims_verify(
    article: Annotated[
        str, typer.Option("--article", metavar="FILE", help="Your own copy: text or saved HTML.")
    ],
    article_id: ArticleId = None,
    json: Json = False,
) -> int:
    """Look up the claims in your own copy, by character; exit 1 if one is missing."""
    from third_pillar.cli.claims_files import verify_claims

    return verify_claims(article, article_id, as_json=json)


@claims.command("new")
def claims_new(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An article: text or saved HTML.")],
    new_id: Annotated[
        str, typer.Option("--id", metavar="ID", help="Name of the ledger; else from the article.")
    ] = "",
    into: Annotated[str, typer.Option(metavar="DIR", help="Where its folder is made.")] = "drafts",
    json: Json = False,
) -> int:
    """Draft a ledger to edit: sentences, speakers, quotes, figures, dates, names. No scoring."""
    from third_pillar.cli.claims_files import draft_claims

    return draft_claims(file, new_id, into, as_json=json)


@claims.command("export")
def claims_export(
    form: Annotated[
        str,
        typer.Option("--format", metavar="FORM", help="claimreview (JSON-LD), csv, xlsx or md."),
    ],
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Where to; else standard output.")
    ] = None,
    article_id: ArticleId = None,
    parameter: Parameters = None,
) -> int:
    """The ledger for others: schema.org ClaimReview, a spreadsheet, Markdown."""
    from third_pillar.cli.claims_files import export_ledger

    return export_ledger(form, out, article_id, parameter or [])


@claims.command("agree")
def claims_agree(
    hand: Annotated[
        str | None,
        typer.Argument(
            metavar="HAND.csv", help="claim_id, verdict, reason; else the ledger's own reading."
        ),
    ] = None,
    article_id: ArticleId = None,
    parameter: Parameters = None,
    json: Json = False,
) -> int:
    """Compare with a reading by hand: confusion table, Cohen's kappa, each disagreement."""
    from third_pillar.cli.claims_compared import agree_claims

    return agree_claims(hand, article_id, parameter or [], as_json=json)


@claims.command("record")
def claims_record(
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="Day of the record; else today.")
    ] = None,
    article_id: ArticleId = None,
    json: Json = False,
) -> int:
    """Add the verdicts that changed to the ledger's history, with what made them change."""
    from third_pillar.cli.claims_compared import record_claims

    return record_claims(on, article_id, as_json=json)
