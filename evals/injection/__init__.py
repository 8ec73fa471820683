"""Texts that try to steer a model, where documents, the ERP and people bring text in: does anything follow them?"""
