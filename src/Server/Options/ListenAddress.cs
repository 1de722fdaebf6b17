using System.Net;

namespace ReuseAddrDashboard.Server.Options;

/// <summary>Addresses to listen on: those of <c>Urls</c>, or Kestrel's own endpoints where those are configured.</summary>
internal static class ListenAddress
{
    private const string EndpointsKey = "Kestrel:Endpoints",
        DefaultCertificateKey = "Kestrel:Certificates:Default";

    /// <summary>Where the page is to be.</summary>
    public static IReadOnlyList<string> Configured(IConfiguration configuration) =>
        HasEndpoints(configuration)
            ? [.. Endpoints(configuration).Select(e => e["Url"] ?? "")]
            : Split.Urls(configuration[Settings.UrlsKey] is { Length: > 0 } urls ? urls : Settings.DefaultUrl);

    /// <summary>Kestrel listens on its own endpoints and on no URL beside them.</summary>
    public static bool HasEndpoints(IConfiguration configuration) => Endpoints(configuration).Any();

    /// <summary>What is wrong with a list of addresses.</summary>
    /// <param name="name">How it was given.</param>
    /// <param name="urls">Separated by semicolons.</param>
    public static IEnumerable<string> Faults(string name, string urls) =>
        Split.Urls(urls) is { Length: > 0 } all
            ? all.SelectMany(u => FaultsOfOne(name, u))
            : [$"{name} is empty. Give an address such as {Settings.DefaultUrl}."];

    /// <summary>What is wrong with Kestrel's endpoints and certificates, and with addresses that lack one.</summary>
    public static IEnumerable<string> KestrelFaults(IConfiguration configuration, Func<string, string> name)
    {
        bool hasDefault = configuration.GetSection(DefaultCertificateKey).Exists();
        foreach (IConfigurationSection endpoint in Endpoints(configuration))
        {
            string key = $"{endpoint.Path}:Url";
            if (endpoint["Url"] is not { Length: > 0 } url)
            {
                yield return $"{key} is missing. Give an address such as {Settings.DefaultUrl}.";
                continue;
            }
            foreach (string fault in FaultsOfOne(name(key), url))
                yield return fault;
            if (IsHttps(url) && !hasDefault && !endpoint.GetSection("Certificate").Exists() && !endpoint.GetSection("Sni").Exists())
                yield return $"{name(key)}: '{url}' has no certificate. Set {endpoint.Path}:Certificate:Path or {DefaultCertificateKey}:Path.";
            foreach (string fault in FileFaults(endpoint.GetSection("Certificate"), name))
                yield return fault;
        }
        foreach (string fault in FileFaults(configuration.GetSection(DefaultCertificateKey), name))
            yield return fault;
        if (!HasEndpoints(configuration) && !hasDefault)
        {
            foreach (string url in Configured(configuration).Where(IsHttps))
                yield return $"{name(Settings.UrlsKey)}: '{url}' has no certificate. Set {DefaultCertificateKey}:Path, or give http://ADDRESS:PORT and leave TLS to a reverse proxy.";
        }
    }

    /// <summary>True when the address is reached from this machine only.</summary>
    public static bool IsLoopback(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri)
        && (uri.IsLoopback || (IPAddress.TryParse(uri.Host, out IPAddress? address) && IPAddress.IsLoopback(address)));

    /// <summary>* and +, Kestrel's words for every address, as one that a URI may have.</summary>
    public static bool TryParse(string url, out Uri? uri) =>
        Uri.TryCreate(
            url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal),
            UriKind.Absolute,
            out uri
        );

    private static IEnumerable<IConfigurationSection> Endpoints(IConfiguration configuration) => configuration.GetSection(EndpointsKey).GetChildren();

    public static bool IsHttps(string url) => url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> FaultsOfOne(string name, string url)
    {
        if (!TryParse(url, out Uri? uri) || uri!.Scheme is not ("http" or "https") || uri.PathAndQuery != "/")
            yield return $"{name}: '{url}' cannot be listened on. Give http://ADDRESS:PORT, for example {Settings.DefaultUrl}.";
        else if (uri.UserInfo.Length > 0)
            yield return $"{name}: an address to listen on has no user name and password. Give http://ADDRESS:PORT, for example {Settings.DefaultUrl}.";
        // Kestrel listens on every address for a name that it does not know.
        else if (uri.HostNameType is UriHostNameType.Dns or UriHostNameType.Basic && uri.Host != "localhost")
            yield return $"{name}: '{uri.Host}' is a name. Give an address of this machine, localhost, or http://*:PORT for every address.";
    }

    private static IEnumerable<string> FileFaults(IConfigurationSection certificate, Func<string, string> name) =>
        from key in (string[])["Path", "KeyPath"]
        let file = certificate[key]
        where file is { Length: > 0 } && !File.Exists(Path.Combine(AppContext.BaseDirectory, file))
        select $"{name($"{certificate.Path}:{key}")}: there is no file {Path.Combine(AppContext.BaseDirectory, file)}.";
}
