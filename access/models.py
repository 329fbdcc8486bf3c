"""Users and their roles. The one place below `web` that knows Flask-Security: its two mixins."""

from datetime import datetime

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.database import Base, Moment

users_roles = Table(
    "users_roles",
    Base.metadata,
    Column("user_id", ForeignKey("user.id"), primary_key=True),
    Column("role_id", ForeignKey("role.id"), primary_key=True),
)


class UserRole(Base, RoleMixin):
    """A role a user may have; its name is one of `access.policy.Role`."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class User(Base, UserMixin):
    """A person who signs in."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    invitation_sha256: Mapped[str | None] = mapped_column(unique=True)
    invitation_until: Mapped[datetime | None] = mapped_column(Moment)
    added_at: Mapped[datetime] = mapped_column(Moment)
    # The mixin speaks of its own roles; ours are rows.
    roles: Mapped[list[UserRole]] = relationship(  # type: ignore[assignment]
        secondary=users_roles, order_by=UserRole.id, lazy="selectin"
    )
