"""Every setting of Countersign, from environment variables that begin with COUNTERSIGN_ and from nowhere else."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import ConfigurationError


def default_home() -> Path:
    """Where an unconfigured installation keeps its data."""
    return Path.home() / ".local" / "share" / "countersign"


class Settings(BaseSettings):
    """What an installation can set; README lists them with the commands that read them."""

    model_config = SettingsConfigDict(env_prefix="COUNTERSIGN_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=default_home, description="Folder for data, keys and checkpoints.")
    database_url: str = Field(default="", description="PostgreSQL 15+ with pgvector, as the role that owns nothing.")
    database_owner_url: str = Field(default="", description="The schema owner's URL, for `countersign migrate` only.")
    host: str = Field(default="127.0.0.1", description="Address that the API listens on.")
    port: int = Field(default=8765, ge=1, le=65535, description="Port that the API listens on.")
    public_url: str = Field(
        default="", description="Address that people use, when a proxy stands in front (https://…)."
    )
    tenant: str = Field(default="northlight", description="The tenant whose ERP this installation is connected to.")

    reauthenticate_minutes: int = Field(
        default=15, ge=1, le=720, description="A decision asks for the password again after this time."
    )

    erp_url: str = Field(default="", description="The ERP's address, such as http://127.0.0.1:8766.")
    erp_database: str = Field(default="erp", description="The ERP's database name.")
    erp_reader_user: str = Field(default="countersign_reader", description="The ERP's read-only account.")
    erp_reader_password: SecretStr = Field(default=SecretStr(""), description="Its password.")
    erp_worker_user: str = Field(default="countersign_worker", description="The ERP's writing account.")
    erp_worker_password: SecretStr = Field(
        default=SecretStr(""), description="Its password; do not give it to the API."
    )

    model_url: str = Field(default="", description="OpenAI-compatible endpoint; empty: embedded model.")
    model_name: str = Field(default="", description="Model to ask for.")
    model_key: SecretStr = Field(default=SecretStr(""), description="API key for the endpoint.")
    model_document_tokens: int = Field(
        default=200_000, ge=0, description="Most tokens that reading one document may take; 0: the model reads none."
    )
    model_document_seconds: int = Field(default=300, ge=1, description="Most seconds that it may take.")
    model_document_cost: Decimal = Field(
        default=Decimal(0), ge=0, description="Most that it may cost, in the currency of the prices; 0: no limit."
    )
    model_turn_tokens: int = Field(default=200_000, ge=0, description="Most tokens for one question; 0: no limit.")
    model_person_tokens: int = Field(default=2_000_000, ge=0, description="Most tokens of one person a day (UTC).")
    model_tenant_tokens: int = Field(default=20_000_000, ge=0, description="Most tokens of the whole firm a day.")
    model_turn_cost: Decimal = Field(default=Decimal(0), ge=0, description="Most money for one question; 0: no limit.")
    model_person_cost: Decimal = Field(default=Decimal(0), ge=0, description="Most money of one person a day.")
    model_tenant_cost: Decimal = Field(default=Decimal(0), ge=0, description="Most money of the whole firm a day.")
    model_turn_seconds: int = Field(default=120, ge=1, description="Most seconds that the model has for one question.")
    model_price_in: Decimal = Field(default=Decimal(0), ge=0, description="Price of a million tokens that are sent.")
    model_price_out: Decimal = Field(default=Decimal(0), ge=0, description="Price of a million tokens of answers.")

    embeddings_url: str = Field(
        default="", description="OpenAI-compatible address before /embeddings; empty: the embedded model."
    )
    embeddings_model: str = Field(default="", description="Embedding model to ask for; it must give 384 numbers.")
    embeddings_key: SecretStr = Field(default=SecretStr(""), description="API key for that endpoint.")

    mail_host: str = Field(default="", description="SMTP server for notices; empty: nobody is told by mail.")
    mail_port: int = Field(default=0, ge=0, le=65535, description="Its port; 0: 587, 465 or 25 by security.")
    mail_security: str = Field(default="starttls", description="starttls, tls, or none (a server on this machine).")
    mail_user: str = Field(default="", description="Account there; empty: none.")
    mail_password: SecretStr = Field(default=SecretStr(""), description="Its password.")
    mail_from: str = Field(default="", description="Address that notices come from.")

    audit_bucket: str = Field(default="", description="S3 bucket for copies of checkpoints; empty: a folder of home.")
    audit_bucket_prefix: str = Field(default="", description="Where in the bucket.")
    audit_bucket_endpoint: str = Field(default="", description="Address of an S3-compatible store that is not AWS.")
    audit_bucket_region: str = Field(default="us-east-1", description="The bucket's region.")
    audit_bucket_key: str = Field(default="", description="Access key; empty: the role or profile of the machine.")
    audit_bucket_secret: SecretStr = Field(default=SecretStr(""), description="Its secret.")
    audit_bucket_lock: str = Field(default="compliance", description="Object lock mode: compliance or governance.")
    audit_bucket_days: int = Field(default=3650, ge=1, description="How many days a copy cannot be deleted.")
    audit_receipts: bool = Field(
        default=True,
        description="Note audit entries in a folder of home until sealed; false where API and worker share none.",
    )
    audit_retention_days: int = Field(
        default=0, ge=0, description="Prune older entries to their hashes; 0: keep them for ever."
    )
    legal_hold: str = Field(
        default="", description="“all”, or subjects (person:…, action:…) parted by commas, that nothing may erase."
    )

    @property
    def keys(self) -> Path:
        """Folder of the audit log's signing key, readable by this account alone."""
        return self.home / "keys"

    @property
    def checkpoints(self) -> Path:
        """Folder outside the database that receives a copy of every signed checkpoint."""
        return self.home / "checkpoints"

    @property
    def reads_with_model(self) -> bool:
        """Whether documents are read with the configured model, too."""
        return bool(self.model_name) and self.model_document_tokens > 0

    @property
    def address(self) -> str:
        """The address that people open."""
        return self.public_url or f"http://{self.host}:{self.port}"

    def need(self, name: str) -> str:
        """A setting that this command cannot do without. Raises ConfigurationError that names the variable."""
        value = getattr(self, name)
        text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        if not text:
            raise ConfigurationError(f"Set COUNTERSIGN_{name.upper()}; README shows an example under “On a server”.")
        return text
