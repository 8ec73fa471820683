"""A Tryton module of our own, installed in the client's Tryton: one approved action is one transaction, marked once.

Over its ordinary protocol Tryton lets nobody number a project or say which hours an invoice bills, and cannot do two
things in one transaction. So the worker calls one method of this module, which does what Tryton's own buttons do.
"""
