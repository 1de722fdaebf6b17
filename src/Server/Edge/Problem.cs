using System.ComponentModel;
using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>An error of the API, as RFC 9457 writes it, with its code and what the code's sentence names.</summary>
internal sealed record Problem
{
    [Description("Always about:blank: title and status say what kind of problem it is, code which.")]
    public string Type { get; init; } = "about:blank";

    [Description("The status in words, as HTTP names it.")]
    public required string Title { get; init; }

    [Description("The HTTP status.")]
    public required int Status { get; init; }

    [Description("What is wrong and what to do, in the language that was asked for.")]
    public required string Detail { get; init; }

    [Description("A stable name of what is wrong.")]
    public required string Code { get; init; }

    [Description("What the sentence names: numbers in decimal, durations in nanoseconds.")]
    public required IReadOnlyDictionary<string, string> Args { get; init; }

    [Description("The run it is about.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Run { get; init; }

    [Description("Everything that is wrong with the body, where more than one thing may be.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ProblemError>? Errors { get; init; }

    /// <summary>The same with its sentences, which are written when it is known who reads them; those of a body's errors together are the detail.</summary>
    public Problem In(TextCatalog texts)
    {
        if (Errors is not { } errors)
            return this with { Detail = texts[new Message(Code) { Args = Args }] };
        ProblemError[] told = [.. errors.Select(e => e.In(texts))];
        Message all = Message.Of(Code, ("text", string.Join(' ', told.Select(e => e.Field.Length == 0 ? e.Detail : $"{e.Field}: {e.Detail}"))));
        return this with { Args = all.Args, Detail = texts[all], Errors = told };
    }
}

/// <summary>One thing that is wrong with a body.</summary>
internal sealed record ProblemError
{
    [Description("The field's path, script.steps[2].actions[0].option; empty for the whole.")]
    public required string Field { get; init; }

    [Description("Its line, from 1, where the body or the script in it is text with lines.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Line { get; init; }

    [Description("Its column, from 1.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Column { get; init; }

    [Description("A stable name of what is wrong.")]
    public required string Code { get; init; }

    [Description("What the sentence names.")]
    public required IReadOnlyDictionary<string, string> Args { get; init; }

    [Description("What is wrong and what is allowed, in the language that was asked for.")]
    public required string Detail { get; init; }

    /// <summary>What was probably meant; the detail's last sentence.</summary>
    [JsonIgnore]
    public Message? Hint { get; init; }

    public static ProblemError Of(string field, Message message) =>
        new()
        {
            Field = field,
            Code = message.Code,
            Args = message.Args,
            Detail = "",
        };

    /// <summary>The same with its sentence.</summary>
    public ProblemError In(TextCatalog texts)
    {
        string detail = texts[new Message(Code) { Args = Args }];
        return this with { Detail = Hint is { } hint ? $"{detail} {texts[hint]}" : detail };
    }
}
