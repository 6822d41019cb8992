"""What the worker does for the OGC APIs."""

from procrastinate.contrib.django import app

from gisportal.ogc.processes import jobs


@app.task(queue="processes", name="ogc.run_job")
def run_ogc_job(job_id: str) -> None:
    """Runs one job of a process; its inputs lie with the job, not in the queue."""
    jobs.run_job(job_id)


@app.periodic(cron="* * * * *")
@app.task(queue="upkeep", name="ogc.resume_jobs")
def resume_ogc_jobs(timestamp: int) -> int:
    """Takes up jobs a lost worker left behind; ``timestamp``: when it was due."""
    return jobs.resume()


@app.periodic(cron="*/5 * * * *")
@app.task(queue="upkeep", name="ogc.purge_jobs")
def purge_ogc_jobs(timestamp: int) -> int:
    """Deletes answers of processes whose time is over; ``timestamp``: when it was due."""
    return jobs.purge()
