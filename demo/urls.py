"""Addresses of the demo shop, below /demo/."""

from django.urls import URLPattern, path

from demo import simulation_views, views

app_name = "demo"

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("c/<slug:key>/", views.category, name="category"),
    path("p/<slug:key>/", views.product, name="product"),
    path("promotion/", views.promotion, name="promotion"),
    path("clearance/", views.clearance, name="clearance"),
    path("search/", views.search_page, name="search"),
    path("cart/", views.cart_page, name="cart"),
    path("cart/add/<slug:key>/", views.add, name="add"),
    path("cart/set/<slug:key>/", views.quantity, name="quantity"),
    path("checkout/", views.checkout, name="checkout"),
    path("thanks/", views.thanks, name="thanks"),
    path("simulate/", simulation_views.simulate, name="simulate"),
    path("simulate/pace/", simulation_views.pace, name="pace"),
    path("simulate/<int:job_id>/", simulation_views.simulation_job, name="simulation"),
]
