"""The GraphQL the client sees: types, resolvers and limits, put together from the values of `meetings`.

A resolver looks a value up or hands the question on; what a question means is decided in `filters`, what a change
does in `schedule_edits`, what a document may cost in `limits`, and how it is executed in `operations`.
"""

from __future__ import annotations

import graphene
from graphql import GraphQLSchema, lexicographic_sort_schema, print_schema

from schema.mutation import Mutation
from schema.query import Query


def build_schema() -> GraphQLSchema:
    """The schema as graphql-core executes it."""
    schema: GraphQLSchema = graphene.Schema(query=Query, mutation=Mutation).graphql_schema
    return schema


def schema_text(schema: GraphQLSchema) -> str:
    """The schema in its own language, sorted, with all descriptions: what `schema/schema.graphql` holds."""
    return print_schema(lexicographic_sort_schema(schema)) + "\n"
