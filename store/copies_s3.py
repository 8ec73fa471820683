"""Copies of checkpoints in an S3-compatible bucket, under object lock: not even their owner can replace or delete one.

The bucket must have object lock enabled when it is made; each copy is written in compliance mode, or in governance mode
where the installation says so. See https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.errors import ConfigurationError, IntegrityBroken
from store.copies import note_name, sizes_of

MODES = ("COMPLIANCE", "GOVERNANCE")


@dataclass(frozen=True)
class Bucket:
    """Where the copies go. Without `key` the client looks for credentials in the places of its own (role, profile)."""

    name: str
    prefix: str = ""
    endpoint: str = ""
    region: str = "us-east-1"
    key: str = ""
    secret: str = ""
    mode: str = "COMPLIANCE"
    retain: timedelta = timedelta(days=3650)


class S3Copies:
    """An implementation of `store.copies.Copies`."""

    def __init__(self, bucket: Bucket) -> None:
        try:
            import boto3  # noqa: PLC0415 - an optional part of the installation
            from botocore.config import Config  # noqa: PLC0415 - as above
            from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above
        except ImportError as error:
            raise ConfigurationError("Copies to S3 need the package boto3: install countersign[s3].") from error
        if bucket.mode not in MODES:
            raise ConfigurationError(f"The lock mode of copies is one of {', '.join(MODES)}.")
        self.bucket = bucket
        self._failures: tuple[type[Exception], ...] = (BotoCoreError, ClientError)
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=bucket.endpoint or None,
            region_name=bucket.region,
            aws_access_key_id=bucket.key or None,
            aws_secret_access_key=bucket.secret or None,
            config=Config(connect_timeout=5, read_timeout=20, retries={"max_attempts": 3, "mode": "standard"}),
        )

    async def sizes(self, tenant: str, *, after: int = 0) -> tuple[int, ...]:
        """See Copies. Raises ConfigurationError when the bucket does not answer."""
        return await asyncio.to_thread(self._sizes, tenant, after)

    async def note(self, tenant: str, size: int) -> str:
        """See Copies."""
        return await asyncio.to_thread(self._note, tenant, size)

    async def keep(self, tenant: str, size: int, note: str) -> None:
        """See Copies. A second write of one name would make a second version, so it is refused by the bucket."""
        await asyncio.to_thread(self._keep, tenant, size, note)

    def _sizes(self, tenant: str, after: int) -> tuple[int, ...]:
        folder = self._key(tenant, "")
        pages = self._client.get_paginator("list_objects_v2")
        wanted = {"Bucket": self.bucket.name, "Prefix": folder}
        if after:
            wanted["StartAfter"] = folder + note_name(after)
        try:
            names = [
                found["Key"].removeprefix(folder) for p in pages.paginate(**wanted) for found in p.get("Contents", ())
            ]
        except self._failures as error:
            raise self._unusable(error) from error
        return sizes_of(names, after)

    def _note(self, tenant: str, size: int) -> str:
        try:
            found = self._client.get_object(Bucket=self.bucket.name, Key=self._key(tenant, note_name(size)))
            return found["Body"].read().decode()
        except (*self._failures, UnicodeDecodeError) as error:
            raise IntegrityBroken(f"The copied checkpoint {note_name(size)} cannot be read.") from error

    def _keep(self, tenant: str, size: int, note: str) -> None:
        try:
            self._client.put_object(
                Bucket=self.bucket.name,
                Key=self._key(tenant, note_name(size)),
                Body=note.encode(),
                ContentType="text/plain; charset=utf-8",
                IfNoneMatch="*",
                ObjectLockMode=self.bucket.mode,
                ObjectLockRetainUntilDate=datetime.now(UTC) + self.bucket.retain,
            )
        except self._failures as error:
            if _code(error) != "PreconditionFailed":
                raise self._unusable(error) from error

    def _key(self, tenant: str, name: str) -> str:
        prefix = f"{self.bucket.prefix.strip('/')}/" if self.bucket.prefix.strip("/") else ""
        return f"{prefix}{tenant}/{name}"

    def _unusable(self, error: Exception) -> ConfigurationError:
        return ConfigurationError(
            f"The bucket {self.bucket.name} for copies of checkpoints cannot be used ({_code(error)}). Check its name, "
            "endpoint and credentials, and that object lock is enabled on it."
        )


def _code(error: Exception) -> str:
    answer: dict[str, Any] = getattr(error, "response", {})
    return str(answer.get("Error", {}).get("Code") or type(error).__name__)
