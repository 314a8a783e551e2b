"""A stylesheet of the municipality colours the pages, and can do nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.errors import ConfigurationError
from dagster_project.site.theme import theme_of
from tests.unit.site.page_build import make_workspace


def themed(folder: Path, css: str) -> str | None:
    return theme_of(make_workspace(folder / "ws", theme=css))


@pytest.mark.parametrize(
    "css",
    [
        "@import 'https://x.example/a.css';",
        '@IMPORT url("//x.example");',
        "@\\69mport 'a.css';",
        "a { background: url(https://x.example/?p) }",
        "a { background: url( 'HTTP://x.example' ) }",
        "a { background: u\\72l(//x.example/a) }",
        "a { background: \\000075\r\nrl(//x.example/a) }",
        "a { background: ur/**/l(x) url(/**/'//x.example') }",
        "a { background: url(a.png) }",
        "a { background: url(data:text/html,x) }",
        "a { background: image-set('//x.example/a.png' 1x) }",
        "@font-face { src: url(https://x.example/f.woff2) }",
        "/* </style> */",
        "</style><script>alert(1)</script>",
        "a { width: expression(alert(1)) }",
        "a { behavior: url(#x) }",
        "/* a { background: url(//x.example) }",
        "a { color: r\0ed }",
    ],
)
def test_a_theme_that_could_fetch_or_run_is_refused(tmp_path: Path, css: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^theme\.css has .*, expected nothing that a browser fetches"):
        themed(tmp_path, css)


@pytest.mark.parametrize(
    "css",
    [
        ".x-theme { --utrecht-heading-color: #050 } /* huisstijl > 2024 */ p > a { color: red }",
        "@font-face { font-family: x; src: url('data:font/woff2;base64,d09GMg==') format('woff2') }",
        "a::before { content: '\\201C' } b { mask: url(#vorm) } i { background: url(data:image/png;base64,aaaa) }",
        "",
    ],
)
def test_a_theme_that_only_colours_is_left_as_it_is(tmp_path: Path, css: str) -> None:
    assert themed(tmp_path, css) == css


def test_a_theme_of_elsewhere_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "ws")
    assert theme_of(workspace) is None
    theme = workspace.root / "theme.css"
    (tmp_path / "elders.css").write_text("a {}")
    theme.symlink_to(tmp_path / "elders.css")
    with pytest.raises(ConfigurationError, match="leads out of the workspace"):
        theme_of(workspace)
    theme.unlink()
    theme.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        theme_of(workspace)
    theme.write_bytes(b" " * (1 << 21))
    with pytest.raises(ConfigurationError, match="expected 1 MB at most"):
        theme_of(workspace)
