namespace ReuseAddrDashboard.Server.Edge;

/// <summary>
/// What browsers are told of the page: it loads nothing from elsewhere, no other page frames it, and nobody guesses types. On every answer, also on errors,
/// whose headers are cleared before they are written.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    // 'wasm-unsafe-eval' lets WebAssembly be compiled and nothing else be evaluated. Styles: the theme is a style element that the page makes, and marks in the
    // diagram have style attributes.
    private const string Policy =
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        + "base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

    private static readonly (string Name, string Value)[] Headers =
    [
        ("Content-Security-Policy", Policy),
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Referrer-Policy", "same-origin"),
        (
            "Permissions-Policy",
            "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=()"
        ),
    ];

    public Task Invoke(HttpContext http)
    {
        http.Response.OnStarting(
            static response =>
            {
                foreach ((string name, string value) in Headers)
                    ((HttpResponse)response).Headers[name] = value;
                return Task.CompletedTask;
            },
            http.Response
        );
        return next(http);
    }
}
