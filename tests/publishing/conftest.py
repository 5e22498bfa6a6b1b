"""A small project for the tests of this folder."""

from reporting import no_kernel, project, validated_project

__all__ = ["no_kernel", "project", "validated_project"]
