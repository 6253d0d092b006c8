"""Documents for tests: written by hand with known counts, and drawn so that every word is another one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from hypothesis import strategies as st

DATABASE = """\
# Primary database is down

Writes fail and the pager is loud.

## Before you begin

Tell the channel that you are on it.

## Fail over

You need the role `dba`.

1. Look who is primary:

   ```bash
   patronictl list
   ```

2. Move it:
   - the replica with the least lag
   - never the one in the other region

   1. Ask a second person.
   2. Run the command.

          patronictl failover --candidate NODE

   Wait for a minute.
3. Check the [dashboard](https://grafana.example/d/db "Database").

## Afterwards

- [ ] Close the incident
- [x] Thank the replica
"""
"""Eight steps: the section before, three items with two more in the second, and two tasks; one of them is ticked."""

HEADINGS = """\
# Certificates

### Step 1: Look

```
openssl x509 -enddate
```

### Step 2 - Renew

#### By hand

1. Ask for it.
2. Install it.

### Step 3
"""
"""Five steps: three headings, and two items in the second."""

LINES = [
    *(
        "1. {}",
        "2) {}",
        "   1. {}",
        "- {}",
        "* [ ] {}",
        "- [x] {}",
        "  - {}",
        "> {}",
        "> 1. {}",
        "# {}",
        "## {}",
        "#### {}",
    ),
    *(
        "Step 3: {}",
        "## Step 2: {}",
        "### 1.2 {}",
        "{}",
        "    {}",
        "```\n{}\n```",
        "```{}\n{}\n```",
        "~~~\n{}",
        "{}\n===",
        "{}\n---",
    ),
    *("[{}](https://{}.example)", "![{}](<{}> '{}')", "[{}]: https://{}.example", "<https://{}.example>", "<b>{}</b>"),
    *(
        "<!-- {} -->",
        "| {} | {} |\n|-|-|\n| {} | {} | {} |",
        "**{}** _{}_ `{}`",
        "&amp; {}",
        "{} \\* {}  ",
        "\t{}",
        "---",
    ),
    *("!!! warning {}", "{{{}}} {}", "***", "", "", "", "+ {}", "10. {}\n\n    {}", "{}\\", "1. # {}", "- 1. {}"),
    *("**{}**", "- **{}**", "**{}: {}**", "**{}:** {}\n**{}:** {}", "{}: {}  \n{}: {}"),
]


def _worded(lines: list[tuple[str, int]]) -> tuple[str, tuple[str, ...]]:
    words: list[str] = []

    def fresh(numbers: Iterator[int], most: int) -> str:
        words.extend(drawn := [f"w{next(numbers)}w" for _ in range(most)])
        return " ".join(drawn)

    numbers = count()
    text = "\n".join(line.format(*(fresh(numbers, most) for _ in range(line.count("{}")))) for line, most in lines)
    return text, tuple(words)


WORDED = st.lists(st.tuples(st.sampled_from(LINES), st.integers(1, 3)), max_size=15).map(_worded)
"""A document, and its words, each of which it has once."""

TELLING = [
    *("# {}", "## Summary", "### Impact {}", "**Impact:** {}", "- **Key events**\n  - {}: 2026-03-02 10:00\n  - {}"),
    *("## Timeline (UTC)", "## Timeline\n\nAll times in CET", "- 2026-03-02 10:00: {}", "- 11:00 - {}", "- 25:61 {}"),
    *(
        "| Time | {} |\n|-|-|\n| 10:00 | {} |\n| {} | {} |",
        "### 2026-03-02 {}",
        "### 14:00 - {}\n\n{}",
        "- {}\n  11:00 {}",
    ),
    *(
        "## Root cause",
        "## Trigger",
        "## {} and action items",
        "## Action items",
        "- [ ] {} - {} - 2026-03-09",
        "1. {} @{}",
    ),
    *(
        "| Action | Owner | {} |\n|-|-|-|\n| {} | {} | {} |",
        "### {}",
        "- {}\n  - {}\n    1. {}",
        "{}",
        "- Users affected: {}",
    ),
    *("- Duration: {} to {}", "- Services impacted: {}, {}", "## Stats", "- Time to {}: 5 minutes", "- {}: {}", "_{}_"),
    *(
        "## People",
        "- {}, {}",
        "## Where we got lucky",
        "## Lessons learned",
        "## {}",
        "[{}]",
        "> {}",
        "**{}:** {}",
        "",
    ),
    *("**{}**", "- **{}**", "- **{}:**", "**{}: {}**", "**{}:**", "**{}**\n{}", "**{}:** {}\n**{}** {}\n**{}**: {}"),
    *("**Severity:** {}\n**Authors:** {}, {}\n{}", "- **Status:** {}  \n  **{}:** {}\n  - {}", "**Time to {}:** {}"),
    "Users affected: {}\nDuration: {}\nServices impacted: {}\nData loss: {}\n{}: {}\n{}",
]


RETOLD = st.lists(st.tuples(st.sampled_from(TELLING), st.integers(1, 3)), max_size=15).map(
    lambda lines: _worded([(f"{line}\n", most) for line, most in lines])
)
"""Parts of post-mortems in any order, and their words, each of which is there once."""

MESSY = st.text(max_size=80) | st.lists(
    st.sampled_from(LINES).map(lambda line: line.replace("{}", "x"))
    | st.text("[]()*_`!<>#-+1.)\n\t &;:|~=\\\"'a", max_size=12)
).map("\n".join)
"""Texts of any kind."""
