using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>
/// An IPv4 or IPv6 address with a port, held without allocation. The text form is <c>192.168.122.68:11111</c> or <c>[::1]:11111</c>;
/// port 0 means any, as in a listener's peer.
/// </summary>
[JsonConverter(typeof(TcpEndpointJson))]
public readonly record struct TcpEndpoint
{
    private TcpEndpoint(UInt128 bits, bool isV6, ushort port) => (Bits, IsV6, Port) = (bits, isV6, port);

    /// <summary>The address as an integer, most significant octet first; an IPv4 address takes the low 32 bits.</summary>
    public UInt128 Bits { get; }

    /// <summary>True for an IPv6 address, mapped ones among them.</summary>
    public bool IsV6 { get; }

    /// <summary>In the host's order; 0 for none.</summary>
    public ushort Port { get; }

    /// <summary>True for 0.0.0.0 and [::].</summary>
    public bool IsWildcard => Bits == UInt128.Zero;

    /// <summary>True for ::ffff:a.b.c.d, the way an IPv4 peer of an IPv6 socket appears in /proc/net/tcp6.</summary>
    public bool IsV4Mapped => IsV6 && Bits >> 32 == 0xffff;

    /// <summary>An IPv4 address, the most significant octet first: 0x7f000001 is 127.0.0.1.</summary>
    public static TcpEndpoint V4(uint address, ushort port) => new(address, false, port);

    /// <summary>An IPv6 address, the most significant octet first: 1 is ::1.</summary>
    public static TcpEndpoint V6(UInt128 address, ushort port) => new(address, true, port);

    /// <summary>An address of .NET's; of IPv6 without its scope.</summary>
    public static TcpEndpoint Of(IPAddress address, int port)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out int length))
            throw new ArgumentException("An IPv4 or IPv6 address is expected.", nameof(address));
        UInt128 bits = 0;
        foreach (byte b in bytes[..length])
            bits = bits << 8 | b;
        return new(bits, length == 16, checked((ushort)port));
    }

    /// <summary>The same address with another port.</summary>
    public TcpEndpoint WithPort(ushort port) => new(Bits, IsV6, port);

    /// <summary>::ffff:a.b.c.d as a.b.c.d; anything else unchanged.</summary>
    public TcpEndpoint Unmapped() => IsV4Mapped ? V4((uint)Bits, Port) : this;

    /// <summary>Whether the addresses are the same, whatever the ports; a mapped one is not the IPv4 one.</summary>
    public bool SameAddress(TcpEndpoint other) => IsV6 == other.IsV6 && Bits == other.Bits;

    /// <summary>As .NET has it.</summary>
    public IPAddress Address
    {
        get
        {
            Span<byte> bytes = stackalloc byte[IsV6 ? 16 : 4];
            UInt128 rest = Bits;
            for (int i = bytes.Length - 1; i >= 0; i--, rest >>= 8)
                bytes[i] = (byte)rest;
            return new IPAddress(bytes);
        }
    }

    /// <summary><c>127.0.0.1:11111</c>, <c>[::1]:11111</c>.</summary>
    public override string ToString() => IsV6 ? $"[{Address}]:{Port}" : $"{Address}:{Port}";

    /// <summary>Reads the text form; false for anything else, of any length.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TcpEndpoint endpoint)
    {
        endpoint = default;
        if (text.Length > 64)
            return false;
        int colon = text.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            return false;
        ReadOnlySpan<char> host = text[..colon];
        bool bracketed = host.Length > 2 && host[0] == '[' && host[^1] == ']';
        if (!IPAddress.TryParse(bracketed ? host[1..^1] : host, out IPAddress? address) || bracketed != (address.AddressFamily == AddressFamily.InterNetworkV6))
        {
            return false;
        }

        endpoint = Of(address, port);
        return true;
    }
}

/// <summary>An endpoint in JSON: its text form.</summary>
public sealed class TcpEndpointJson : JsonConverter<TcpEndpoint>
{
    /// <inheritdoc/>
    public override TcpEndpoint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TcpEndpoint.TryParse(reader.GetString(), out TcpEndpoint endpoint)
            ? endpoint
            : throw new JsonException("An endpoint is written 192.168.122.68:11111 or [::1]:11111.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TcpEndpoint value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
