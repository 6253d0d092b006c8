"""The message templates: those of the playbook, and what the status page says."""

from __future__ import annotations

from typing import Final

from incidentkit.policy.template import Section, Template

ANNOUNCEMENT: Final = Template(
    "🚨 INCIDENT: {severity} {title}",
    [
        {"Status": "{status}", "Impact": "{impact}", "Started": "{started}", "Updates": "{cadence}"},
        Section(
            "Team:",
            {
                "Incident Commander": "{commander}",
                "Technical Lead": "{technical_lead}",
                "Communications": "{communications_lead}",
            },
        ),
    ],
)
"""Section 2, "Communication Template": what is posted in the channel of the incident first."""

INITIAL_ALERT: Final = Template(
    "🚨 {severity} Production Incident",
    ["We're experiencing {title}.", "Team is investigating. Updates {cadence}.", {"Status": "{status_page}"}],
)
"""Communication Templates, "Initial Alert"."""

PROGRESS_UPDATE: Final = Template(
    "📊 {severity} Update #{update_number} - {time}",
    [{"Current Status": "{status}", "Actions Taken": "{update}", "Next Steps": "{next_steps}", "ETA": "{eta}"}],
)
"""Communication Templates, "Progress Update"."""

RESOLUTION_NOTICE: Final = Template(
    "✅ {severity} Incident Resolved - {time}",
    [
        {"Issue": "{title}", "Resolution": "{resolution}", "Duration": "{duration}", "Impact": "{impact}"},
        {"Post-mortem": "{post_mortem}"},
    ],
)
"""Communication Templates, "Resolution Notice"."""

# The playbook says to post to the status page and not what. Until somebody has written for the public, these say
# nothing about what is wrong.
PUBLIC_TITLE: Final = "Problem with our service"
"""What an entry of the status page is called from its first publication to its last."""

PUBLIC_NOTICE: Final = Template(
    PUBLIC_TITLE,
    ["{public_summary}", {"Status": "{status}", "Started": "{started}", "Updates": "{cadence}"}],
)
"""What the status page says first."""

PUBLIC_UPDATE: Final = Template(
    PUBLIC_TITLE,
    ["{public_summary}", {"Update": "#{update_number}, {time}", "Status": "{status}", "Updates": "{cadence}"}],
)
"""What the status page says while it goes on."""

PUBLIC_RESOLUTION: Final = Template(
    PUBLIC_TITLE,
    ["{public_summary}", {"Over since": "{time}", "Started": "{started}", "Duration": "{duration}"}],
)
"""What the status page says when it is over."""

PUBLIC_MERGER: Final = Template(
    PUBLIC_TITLE,
    ["{public_summary}", "This is part of another problem, which has an entry of its own.", {"Started": "{started}"}],
)
"""What the status page says of an incident that turned out to be the same as another one."""
