using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>
/// The typed arguments of a call of format 1, which kept strace's spelling alone: <c>3, {sa_family=AF_INET, sin_port=htons(11111),
/// sin_addr=inet_addr("0.0.0.0")}, 16</c>.
/// This is the one place that reads it; <see cref="StraceLine"/> makes the same line of what it reads.
/// </summary>
internal static class RunFormat1Arguments
{
    /// <returns>What could be read of it.</returns>
    public static JsonObject Read(string call, string args)
    {
        IReadOnlyList<string> parts = Split(args);
        JsonObject read = [];
        if (call == "socket")
        {
            Set(read, "family", Part(parts, 0) is "AF_INET" or "AF_INET6" ? parts[0] : null);
            return read;
        }
        if (call == "SOCK_DESTROY")
        {
            Set(read, "address", ReadEndpoint(Between(args, "local=", ",")));
            Set(read, "peer", ReadEndpoint(Between(args, "remote=", ",")));
            return read;
        }
        Set(read, "fd", Whole(Part(parts, 0)));
        switch (call)
        {
            case "setsockopt" or "getsockopt":
                Set(read, "option", Option(Part(parts, 1), Part(parts, 2)));
                Value(read, Part(parts, 3));
                Size(read, Part(parts, 4));
                break;
            case "bind" or "connect" or "accept4":
                Address(read, Part(parts, 1));
                Size(read, Part(parts, 2));
                break;
            case "listen":
                Set(read, "backlog", Whole(Part(parts, 1)));
                break;
            case "read" or "write":
                Octets(read, Part(parts, 1));
                Set(read, "length", Whole(Part(parts, 2)));
                break;
            case "shutdown":
                Set(read, "how", Part(parts, 1) is "SHUT_RD" or "SHUT_WR" or "SHUT_RDWR" ? parts[1] : null);
                break;
        }
        return read;
    }

    /// <summary>At the commas that stand neither in braces, brackets or parentheses nor in a string.</summary>
    private static List<string> Split(string args)
    {
        var parts = new List<string>();
        int depth = 0,
            start = 0;
        bool quoted = false;
        for (int i = 0; i <= args.Length; i++)
        {
            if (i == args.Length || args[i] == ',' && depth == 0 && !quoted)
            {
                parts.Add(args[start..i].Trim());
                start = i + 1;
                continue;
            }
            switch (args[i])
            {
                case '\\' when quoted:
                    i = Math.Min(i + 1, args.Length - 1);
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case '{' or '[' or '(' when !quoted:
                    depth++;
                    break;
                case '}' or ']' or ')' when !quoted:
                    depth--;
                    break;
            }
        }
        return parts;
    }

    private static string? Option(string? level, string? name) =>
        SocketOption.TryParse(name, out SocketOption option) && option.IsKnown && (option.LevelName == level || level is null) ? option.ToString() : null;

    private static void Value(JsonObject read, string? text)
    {
        if (Between(text, "l_onoff=", ",") is { } on)
            read["value"] = new JsonObject { ["on"] = on != "0", ["seconds"] = Whole(Between(text, "l_linger=", "}")) ?? 0 };
        else if (Whole(Between(text, "[", "]")) is { } number)
            read["value"] = new JsonObject { ["number"] = number };
        else
            Pointer(read, text);
    }

    // 16, [16] or [28 => 16]: what was given, and what came back.
    private static void Size(JsonObject read, string? text)
    {
        string[] sizes = (text ?? "").Trim('[', ']').Split(" => ");
        Set(read, "size", Whole(sizes[0]));
        if (sizes.Length > 1)
            Set(read, "sizeBack", Whole(sizes[1]));
    }

    private static void Address(JsonObject read, string? text)
    {
        string? address = Between(text, "inet_addr(\"", "\"") ?? Between(text, "inet_pton(AF_INET6, \"", "\"");
        if (IPAddress.TryParse(address, out IPAddress? ip) && Whole(Between(text, "_port=htons(", ")")) is >= 0 and <= ushort.MaxValue and var port)
            read["address"] = TcpEndpoint.Of(ip, port).ToString();
        else
            Pointer(read, text);
    }

    private static void Octets(JsonObject read, string? text)
    {
        if (text is not ['"', ..])
        {
            Pointer(read, text);
            return;
        }
        int end = text.LastIndexOf('"');
        read["octets"] = Convert.ToBase64String(Unescaped(text[1..Math.Max(1, end)]));
    }

    private static byte[] Unescaped(string text)
    {
        var octets = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                octets.Add((byte)text[i]);
                continue;
            }
            char escape = text[++i];
            if (escape is >= '0' and <= '7')
            {
                int value = 0,
                    digits = 0;
                for (; digits < 3 && i < text.Length && text[i] is >= '0' and <= '7'; digits++, i++)
                    value = value * 8 + (text[i] - '0');
                i--;
                octets.Add((byte)value);
                continue;
            }
            octets.Add(
                escape switch
                {
                    'f' => (byte)'\f',
                    'n' => (byte)'\n',
                    'r' => (byte)'\r',
                    't' => (byte)'\t',
                    'v' => (byte)'\v',
                    _ => (byte)escape,
                }
            );
        }
        return [.. octets];
    }

    private static void Pointer(JsonObject read, string? text)
    {
        if (
            text is not null
            && text.StartsWith("0x", StringComparison.Ordinal)
            && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong at)
        )
        {
            read["pointer"] = at;
        }
    }

    private static string? Part(IReadOnlyList<string> parts, int i) => i < parts.Count ? parts[i] : null;

    private static int? Whole(string? text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static string? ReadEndpoint(string? text) => TcpEndpoint.TryParse(text, out TcpEndpoint endpoint) ? endpoint.ToString() : null;

    private static void Set(JsonObject read, string name, JsonNode? value)
    {
        if (value is not null)
            read[name] = value;
    }

    private static string? Between(string? text, string before, string after)
    {
        int start = text?.IndexOf(before, StringComparison.Ordinal) ?? -1;
        if (start < 0)
            return null;
        start += before.Length;
        int end = text!.IndexOf(after, start, StringComparison.Ordinal);
        return end < 0 ? null : text[start..end];
    }
}
