namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>A part of a condition that is true or false.</summary>
public abstract record ConditionTerm
{
    /// <summary>Whether it is true now; false where something in it is not known.</summary>
    public abstract bool Holds(IConditionFacts facts);

    /// <summary>The terms that it is made of; none for a comparison and for an operand that stands alone.</summary>
    public virtual IReadOnlyList<ConditionTerm> Parts => [];
}

/// <summary>A literal, a value's name or a function with its arguments.</summary>
/// <param name="Word">The word or the function's name; null for a literal.</param>
/// <param name="Arguments">Of a function; null for anything else.</param>
/// <param name="Literal">A number, true or false; null for anything else.</param>
public sealed record Operand(string? Word, IReadOnlyList<string>? Arguments, Scalar? Literal)
{
    /// <summary>What it is in a run; null where that is not known.</summary>
    public Scalar? In(IConditionFacts facts) => Literal ?? (Arguments is not null ? facts.Call(Word!, Arguments) : facts.Value(Word!));

    /// <summary>As it was written.</summary>
    public override string ToString() => Literal?.ToString() ?? (Arguments is null ? Word! : $"{Word}({string.Join(", ", Arguments)})");
}

/// <summary>An operand that stands alone: true when it is.</summary>
public sealed record Truth(Operand Operand) : ConditionTerm
{
    /// <inheritdoc/>
    public override bool Holds(IConditionFacts facts) => Operand.In(facts)?.IsTrue == true;
}

/// <summary>Two operands compared: false where one of them is not known.</summary>
public sealed record Comparison(Operand Left, string Operator, Operand Right) : ConditionTerm
{
    /// <inheritdoc/>
    public override bool Holds(IConditionFacts facts)
    {
        if (Known(Left, facts) is not { } left || Known(Right, facts) is not { } right)
            return false;
        return Operator switch
        {
            "==" => left.Matches(right),
            "!=" => !left.Matches(right),
            _ when left.Number is not { } || right.Number is not { } => false,
            "<" => left.Number < right.Number,
            "<=" => left.Number <= right.Number,
            ">" => left.Number > right.Number,
            _ => left.Number >= right.Number,
        };
    }

    // A bare word that names no value stands for itself: EADDRINUSE, server.
    private static Scalar? Known(Operand operand, IConditionFacts facts) =>
        operand.In(facts) ?? (operand is { Arguments: null, Word: { } word } ? Scalar.Of(word) : null);
}

/// <summary><c>not</c>.</summary>
public sealed record Negation(ConditionTerm Denied) : ConditionTerm
{
    /// <inheritdoc/>
    public override bool Holds(IConditionFacts facts) => !Denied.Holds(facts);

    /// <inheritdoc/>
    public override IReadOnlyList<ConditionTerm> Parts => [Denied];
}

/// <summary><c>and</c>.</summary>
public sealed record Both(ConditionTerm Left, ConditionTerm Right) : ConditionTerm
{
    /// <inheritdoc/>
    public override bool Holds(IConditionFacts facts) => Left.Holds(facts) && Right.Holds(facts);

    /// <inheritdoc/>
    public override IReadOnlyList<ConditionTerm> Parts => [Left, Right];
}

/// <summary><c>or</c>.</summary>
public sealed record Either(ConditionTerm Left, ConditionTerm Right) : ConditionTerm
{
    /// <inheritdoc/>
    public override bool Holds(IConditionFacts facts) => Left.Holds(facts) || Right.Holds(facts);

    /// <inheritdoc/>
    public override IReadOnlyList<ConditionTerm> Parts => [Left, Right];
}
