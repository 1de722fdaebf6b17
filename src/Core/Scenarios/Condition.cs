using System.Text.Json;
using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>What a condition asks of a run; each answers null for what it does not know, which is false to every comparison.</summary>
public interface IConditionFacts
{
    /// <summary>A value by name; null for none of that name.</summary>
    Scalar? Value(string name);

    /// <summary>
    /// A function's answer: <c>result(rebind)</c>, <c>open(rfd)</c>, <c>saw(server, TIME-WAIT)</c>. <see cref="ConditionFunctions.All"/> has them all.
    /// </summary>
    Scalar? Call(string function, IReadOnlyList<string> arguments);
}

/// <summary>
/// A condition of a scenario: values and functions, compared with <c>== != &lt; &lt;= &gt; &gt;=</c>, joined by <c>and</c>, <c>or</c>, <c>not</c> and
/// parentheses. A word may hold a hyphen (TIME-WAIT); a function has
/// parentheses; a bare word is a value's name where there is one and itself elsewhere. It is read once; JSON: the text.
/// </summary>
[JsonConverter(typeof(ConditionJson))]
public sealed record Condition
{
    private readonly ConditionTerm? _term;

    private Condition(string text)
    {
        Text = text;
        var parser = new ConditionParser(text);
        _term = parser.Read();
        Fault = parser.Fault;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>What is wrong and where; null when it is right.</summary>
    public Message? Fault { get; }

    /// <summary>Every term in it that has no parts, for a check before it is ever asked; none where it is faulty.</summary>
    public IEnumerable<ConditionTerm> Terms => _term is null ? [] : Flat(_term);

    /// <summary>Every operand in it.</summary>
    public IEnumerable<Operand> Operands =>
        Terms.SelectMany(t =>
            t switch
            {
                Truth alone => [alone.Operand],
                Comparison compared => [compared.Left, compared.Right],
                _ => Enumerable.Empty<Operand>(),
            }
        );

    /// <summary>Reads a condition; one that cannot be read has a <see cref="Fault"/>.</summary>
    /// <param name="text">At most <see cref="Limits.MaxCondition"/> characters.</param>
    public static Condition Of(string text) => new(text);

    /// <summary>As <see cref="Of"/>.</summary>
    public static implicit operator Condition(string text) => Of(text);

    /// <summary>Whether it holds; a faulty one never does.</summary>
    public bool Holds(IConditionFacts facts) => _term?.Holds(facts) == true;

    /// <summary>Whether a condition holds; an absent one does.</summary>
    public static bool Holds(Condition? condition, IConditionFacts facts) => condition is null || condition.Holds(facts);

    /// <summary>By the text.</summary>
    public bool Equals(Condition? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>As it was written.</summary>
    public override string ToString() => Text;

    private static IEnumerable<ConditionTerm> Flat(ConditionTerm term) => term.Parts.Count == 0 ? [term] : term.Parts.SelectMany(Flat);
}

internal sealed class ConditionJson : JsonConverter<Condition>
{
    public override Condition Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? Condition.Of(reader.GetString()!)
            : throw new JsonException("A condition is a text such as \"result(rebind) == ok\".");

    public override void Write(Utf8JsonWriter writer, Condition value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
}
