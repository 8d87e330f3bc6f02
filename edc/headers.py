"""The security headers of every answer, in one function."""

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types casebook",
    ]
)
_FEATURES = (
    "accelerometer autoplay camera display-capture encrypted-media fullscreen geolocation gyroscope magnetometer "
    "microphone midi payment picture-in-picture publickey-credentials-get screen-wake-lock usb xr-spatial-tracking"
)
_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # With no-referrer the CSRF check, which reads the referrer over HTTPS, would refuse every form.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _FEATURES.split()),
}
_TWO_YEARS = "max-age=63072000; includeSubDomains"
STATIC_ENDPOINT = "static"


def install(app: Flask, *, https: bool) -> None:
    """Set the headers on every answer; only what stands under a hashed address may be kept by a cache."""

    @app.after_request
    def secure(response: Response) -> Response:
        response.headers.update(_ALWAYS)
        if https:
            response.headers["Strict-Transport-Security"] = _TWO_YEARS
        is_static = request.endpoint == STATIC_ENDPOINT or response.cache_control.immutable
        if not is_static or response.status_code != 200:
            response.headers["Cache-Control"] = "no-store"
        response.headers.pop("Server", None)
        return response
