"""Addresses of creatives and placements, below /s/<site>/."""

from django.urls import URLPattern

app_name = "creatives"

urlpatterns: list[URLPattern] = []
