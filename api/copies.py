"""Where the copies of signed checkpoints go, by setting. Apart from wiring, because commands need it alone."""

from __future__ import annotations

from datetime import timedelta

from api.settings import Settings
from store.copies import Copies, Folder
from store.copies_s3 import Bucket, S3Copies


def copies_of(settings: Settings) -> Copies:
    """Where copies of signed checkpoints go: a folder, or a bucket under object lock."""
    if not settings.audit_bucket:
        return Folder(settings.checkpoints)
    return S3Copies(
        Bucket(
            settings.audit_bucket,
            prefix=settings.audit_bucket_prefix,
            endpoint=settings.audit_bucket_endpoint,
            region=settings.audit_bucket_region,
            key=settings.audit_bucket_key,
            secret=settings.audit_bucket_secret.get_secret_value(),
            mode=settings.audit_bucket_lock.upper(),
            retain=timedelta(days=settings.audit_bucket_days),
        )
    )
