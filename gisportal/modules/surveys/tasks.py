"""What the worker does for surveys."""

from procrastinate.contrib.django import app


@app.task(queue="papers", name="surveys.print_sheets")
def print_survey_sheets(campaign_id: int) -> bool:
    """Prints the sheets of a survey."""
    from gisportal.modules.surveys.printing import run

    return run(campaign_id)


@app.periodic(cron="*/2 * * * *")
@app.task(queue="upkeep", name="surveys.resume")
def resume_sheets(timestamp: int) -> int:
    """Begins sheets again whose worker is gone; ``timestamp``: when it was due."""
    from gisportal.modules.surveys.printing import silent_campaigns

    found = silent_campaigns()
    for campaign_id in found:
        print_survey_sheets.defer(campaign_id=campaign_id)
    return len(found)
