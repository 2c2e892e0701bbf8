{% include "drf_spectacular/swagger_ui.js" %}

// The data plane has an origin of its own: what protects our forms is neither needed nor allowed there.
const configuration = ui.getConfigs();
const ours = configuration.requestInterceptor;
configuration.requestInterceptor = (request) =>
  new URL(request.url, location.href).origin === location.origin ? ours(request) : request;
{% if key %}
const fillIn = () => {
  if (!ui.getSystem().specSelectors.specJson().get("components")) return void setTimeout(fillIn, 100);
  ui.preauthorizeApiKey("publishableKey", "{{ key|escapejs }}");
};
fillIn();
{% endif %}
