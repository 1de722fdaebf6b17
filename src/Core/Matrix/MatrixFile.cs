using System.Text.Json;
using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Matrix;

/// <summary>What one kernel did in the cells that were tried on it; written as JSON to be shown elsewhere.</summary>
public sealed record MatrixFile
{
    /// <summary>The format's name with its version.</summary>
    public const string CurrentFormat = "reuseaddr-matrix/1";

    /// <summary>Octets of a file at most: one with every cell has 200 kB.</summary>
    public const int MaxOctets = 2 * 1024 * 1024;

    /// <summary><see cref="CurrentFormat"/>.</summary>
    public required string Format { get; init; }

    /// <summary>When the last cell was tried.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Where.</summary>
    public required MatrixHost Host { get; init; }

    /// <summary>The cells that were tried, each once.</summary>
    public required IReadOnlyList<MatrixResult> Results { get; init; }

    /// <summary>The file as JSON, a cell on a line.</summary>
    public byte[] ToJson()
    {
        using var text = new MemoryStream();
        text.Write(JsonSerializer.SerializeToUtf8Bytes(this with { Results = [] }, MatrixJson.Default.MatrixFile).AsSpan()[..^2]);
        for (int i = 0; i < Results.Count; i++)
        {
            text.Write(i == 0 ? "\n"u8 : ",\n"u8);
            text.Write(JsonSerializer.SerializeToUtf8Bytes(Results[i], MatrixJson.Default.MatrixResult));
        }
        text.Write("\n]}\n"u8);
        return text.ToArray();
    }

    /// <summary>Reads a file of anybody's.</summary>
    /// <param name="json">Its octets.</param>
    /// <param name="fault">What is wrong and what to do; null where it was read.</param>
    /// <returns>Null for one that is none.</returns>
    public static MatrixFile? Read(ReadOnlyMemory<byte> json, out Message? fault)
    {
        fault = null;
        if (json.Length > MaxOctets)
        {
            fault = Message.Of("matrix.file-too-large", ("most", MaxOctets / 1024 / 1024));
            return null;
        }
        try
        {
            if (JsonSerializer.Deserialize(json.Span, MatrixJson.Default.MatrixFile) is { } file && (fault = Fault(file)) is null)
                return file;
        }
        catch (JsonException e)
        {
            fault = e is { LineNumber: { } line, Path: { } path }
                ? Message.Of("matrix.file-broken-at", ("line", line + 1), ("path", path.Length <= 80 ? path : path[..80]))
                : new Message("matrix.file-broken");
        }
        fault ??= new Message("matrix.file-broken");
        return null;
    }

    private static Message? Fault(MatrixFile file)
    {
        if (file.Format != CurrentFormat)
            return Message.Of("matrix.file-format", ("format", CurrentFormat));
        if (file.Host is not { IsBounded: true } || file.Results is not { } results)
            return new Message("matrix.file-broken");
        var seen = new HashSet<MatrixCell>();
        foreach (MatrixResult? result in results)
        {
            if (result is null || result.Kernel is null == result.Untried is null || result.Untried is { IsBounded: false })
                return new Message("matrix.file-broken");
            if (!seen.Add(result.Cell))
                return Message.Of("matrix.file-twice", ("cell", result.Cell));
        }
        return null;
    }
}

/// <summary>The JSON of matrices; source-generated, so that it survives trimming and NativeAOT.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 8
)]
[JsonSerializable(typeof(MatrixFile))]
[JsonSerializable(typeof(MatrixResult))]
public sealed partial class MatrixJson : JsonSerializerContext;
