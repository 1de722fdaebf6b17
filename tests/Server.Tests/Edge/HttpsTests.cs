using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Edge;

/// <summary>Kestrel's own section of the configuration.</summary>
public sealed class HttpsTests
{
    [Fact]
    public async Task Kestrels_endpoints_serve_https_and_agents_of_this_machine_still_come_in()
    {
        using var directory = new TemporaryDirectory();
        (string file, string thumbprint) = Certificate(directory.Path);
        await using TestDashboard dashboard = await TestDashboard.Start(
            settings: new Dictionary<string, string?>
            {
                ["Kestrel:Endpoints:Plain:Url"] = "http://127.0.0.1:0",
                ["Kestrel:Endpoints:Tls:Url"] = "https://127.0.0.1:0",
                ["Kestrel:Endpoints:Tls:Certificate:Path"] = file,
                ["Kestrel:Endpoints:Tls:Certificate:Password"] = "correct horse",
            }
        );
        string? shown = null;
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) => (shown = ((X509Certificate2)certificate!).Thumbprint) is not null,
            },
        };
        using var http = new HttpClient(handler);
        Assert.Equal("ok", await http.GetStringAsync(new Uri(dashboard.Https + "/healthz"), TestContext.Current.CancellationToken));
        Assert.Equal(thumbprint, shown);
        Assert.Equal("ok", await dashboard.Http.GetStringAsync("/healthz", TestContext.Current.CancellationToken));
        Assert.True(File.Exists(dashboard.AgentAddress["unix:".Length..]));
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData(null)]
    public async Task A_certificate_that_cannot_be_opened_is_told_in_one_line_without_its_password(string? password)
    {
        using var directory = new TemporaryDirectory();
        (string file, _) = Certificate(directory.Path);
        string[] line =
        [
            "--Kestrel:Endpoints:Tls:Url",
            "https://127.0.0.1:0",
            "--Kestrel:Endpoints:Tls:Certificate:Path",
            file,
            .. password is null ? [] : new[] { "--Kestrel:Endpoints:Tls:Certificate:Password", password },
        ];
        (int code, string said) = await StartTests.Start(line);
        Assert.Equal(1, code);
        Assert.StartsWith("https://127.0.0.1:0 has no usable certificate: ", Assert.Single(said.Trim().Split('\n')), StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", said, StringComparison.Ordinal);
    }

    private static (string File, string Thumbprint) Certificate(string directory)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=lab", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        string file = Path.Combine(directory, "lab.pfx");
        File.WriteAllBytes(file, certificate.Export(X509ContentType.Pfx, "correct horse"));
        return (file, certificate.Thumbprint);
    }
}
