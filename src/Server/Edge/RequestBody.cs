using System.Text;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>Reads a request's body, which comes from anybody.</summary>
internal static class RequestBody
{
    /// <summary>A script of <see cref="Core.Scenarios.Limits.MaxScenarioOctets"/> has room in it, written as a JSON string.</summary>
    public const int MaxOctets = 512 * 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>The octets, none of them for an empty body; null when there are more than <see cref="MaxOctets"/>.</returns>
    public static async Task<byte[]?> Read(HttpRequest http, CancellationToken cancel)
    {
        if (http.ContentLength > MaxOctets)
            return null;
        using var body = new MemoryStream();
        var chunk = new byte[8192];
        for (int n; (n = await http.Body.ReadAsync(chunk, cancel)) > 0; )
        {
            body.Write(chunk, 0, n);
            if (body.Length > MaxOctets)
                return null;
        }
        return body.ToArray();
    }

    /// <returns>The text; null where the octets are no UTF-8.</returns>
    public static string? Text(byte[] octets)
    {
        try
        {
            return Utf8.GetString(octets).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    public static Problem TooLarge() => Problems.Of(StatusCodes.Status413PayloadTooLarge, Message.Of(EdgeCodes.TooLarge, ("most", MaxOctets)));

    public static Problem Missing(string example) => Problems.Of(StatusCodes.Status400BadRequest, Message.Of(EdgeCodes.BodyMissing, ("example", example)));

    public static Problem NotText() => Problems.Of(StatusCodes.Status400BadRequest, new Message(EdgeCodes.NotText));
}
