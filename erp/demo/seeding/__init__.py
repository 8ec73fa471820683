"""Writes the planned firm into a Tryton database with proteus, kind of record by kind of record."""
