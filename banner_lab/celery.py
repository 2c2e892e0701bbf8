"""The Celery app and the one timetable of everything that happens by the clock.

The broker is a doorbell, not a ledger: what must not be lost is a row in the database.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banner_lab.settings")

app = Celery("banner_lab")
app.config_from_object("django.conf:settings", namespace="CELERY")
# A second config_from_object would replace the first one.
app.conf.update(
    {
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_ignore_result": True,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "broker_connection_retry_on_startup": True,
        # A page rings once and goes on: without a broker the job waits for the sweep. (The worker's
        # own reconnecting is `broker_connection_max_retries`, which stays patient.)
        "broker_transport_options": {
            "visibility_timeout": 3600,
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0,
            "interval_max": 0,
            "socket_connect_timeout": 2,
        },
        "timezone": "UTC",
        "beat_schedule": {
            "publish-changes": {
                "task": "experiments.tasks.publish_changes",
                "schedule": 2.0,
                "options": {"expires": 2},
            },
            "refresh-reports": {
                "task": "experiments.tasks.refresh_reports",
                "schedule": 60.0,
                "options": {"expires": 60},
            },
            # Starts, ends and ramps that are due: at most a minute late.
            "act-on-time": {
                "task": "experiments.tasks.act_on_time",
                "schedule": 60.0,
                "options": {"expires": 60},
            },
            # Told once a day for each shop; this is how soon after it begins.
            "tell-alarms": {
                "task": "experiments.tasks.tell_alarms",
                "schedule": 300.0,
                "options": {"expires": 300},
            },
            "demo-shoppers": {
                "task": "demo.tasks.send_shoppers",
                "schedule": 10.0,
                "options": {"expires": 10},
            },
            # A click changes probabilities within a minute: this period, the counting, the reading.
            "learn": {
                "task": "experiments.tasks.learn",
                "schedule": 45.0,
                "options": {"expires": 45},
            },
            # Pages in use are visited once a day; this asks which of them it is time for.
            "check-landings": {
                "task": "creatives.tasks.check_landings",
                "schedule": 300.0,
                "options": {"expires": 300},
            },
            # Whoever does more than people do is out of the reports within five minutes.
            "set-aside-the-rest": {
                "task": "events.tasks.set_aside_the_rest",
                "schedule": 300.0,
                "options": {"expires": 300},
            },
            "deliver-webhooks": {
                "task": "workspace.tasks.deliver_webhooks",
                "schedule": 5.0,
                "options": {"expires": 5},
            },
            "compact-outcomes": {
                "task": "events.tasks.compact_outcomes",
                "schedule": 3600.0,
                "options": {"expires": 3600},
            },
            # What a data-plane process has noted is a minute old at most when people hear of it.
            "alarm-keys": {
                "task": "workspace.tasks.alarm_keys",
                "schedule": 30.0,
                "options": {"expires": 30},
            },
            "forget-kept-answers": {
                "task": "workspace.tasks.forget_kept_answers",
                "schedule": 3600.0,
                "options": {"expires": 3600},
            },
            # Days of the log are made a week ahead, so that an hour more or less is no matter.
            "keep-log": {
                "task": "events.tasks.keep_log",
                "schedule": 3600.0,
                "options": {"expires": 3600},
            },
            "sweep-jobs": {
                "task": "workspace.tasks.sweep_jobs",
                "schedule": 10.0,
                "options": {"expires": 10},
            },
        },
    }
)
app.autodiscover_tasks(["workspace", "events", "creatives", "audiences", "experiments", "demo"])
