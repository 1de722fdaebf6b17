using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Scenarios.Check;

namespace ReuseAddrDashboard.Server.Scenarios;

/// <summary>
/// Makes the records of <see cref="Core.Scenarios"/> from nodes, strictly: a field that is not known, missing or of another kind is a fault with its place. The
/// records alone say which fields there are.
/// </summary>
internal sealed class ScenarioBinder(FaultList faults)
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<BoundField>> Fields = new();

    /// <summary>True once something could not be made: what came of it has holes and is not to be checked further.</summary>
    public bool HasHoles { get; private set; }

    /// <summary>The scenario; null where it is no group of fields at all.</summary>
    public Scenario? Bind(ScenarioNode node) => (Scenario?)Record(node, "", typeof(Scenario));

    /// <summary>One action; null where it is no group of fields at all.</summary>
    public ScenarioAction? Action(ScenarioNode node) => (ScenarioAction?)Record(node, "", typeof(ScenarioAction));

    /// <summary>The fields of a record as files name them, in the order of the type.</summary>
    public static IReadOnlyList<BoundField> FieldsOf(Type type) =>
        Fields.GetOrAdd(
            type,
            static t =>
            {
                var nullability = new NullabilityInfoContext();
                return
                [
                    .. t.GetProperties()
                        .Where(p => p.CanWrite && p.GetCustomAttribute<JsonIgnoreAttribute>() is null or { Condition: not JsonIgnoreCondition.Always })
                        .Select(p => new BoundField(
                            JsonNamingPolicy.CamelCase.ConvertName(p.Name),
                            p,
                            p.GetCustomAttribute<RequiredMemberAttribute>() is not null,
                            nullability.Create(p).WriteState == NullabilityState.Nullable
                        )),
                ];
            }
        );

    /// <summary>The words of an enumeration as files spell them.</summary>
    public static IReadOnlyList<string> WordsOf(Type type) =>
        [
            .. type.GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(f => f.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(f.Name)),
        ];

    private object? Record(ScenarioNode node, string path, Type type)
    {
        IReadOnlyList<BoundField> known = FieldsOf(type);
        if (node is not MapNode map)
            return Hole(path, FaultCodes.NotMap, ("allowed", string.Join(", ", known.Select(f => f.Name))));
        foreach (MapField field in map.Fields.Where(f => known.All(k => k.Name != f.Name)))
            Unknown(path, field, known);
        object made = Activator.CreateInstance(type)!;
        foreach (BoundField field in known)
        {
            string at = Join(path, field.Name);
            ScenarioNode? given = map.Find(field.Name)?.Value;
            if (given is null or TextNode { IsNull: true })
            {
                if (field.IsRequired)
                    Hole(path, FaultCodes.MissingField, ("name", field.Name));
                else if (given is not null && !field.IsNullable)
                    Hole(at, FaultCodes.Empty);
                continue;
            }
            if (Value(given, at, field.Type) is { } value)
                field.Property.SetValue(made, value);
        }
        return made;
    }

    private object? Value(ScenarioNode node, string path, Type type)
    {
        if (type == typeof(LocalText))
            return LocalText(node, path);
        if (type == typeof(Core.Scenarios.Scalar))
            return Scalar(node, path);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return List(node, path, type.GetGenericArguments()[0]);
        if (type == typeof(IReadOnlyDictionary<string, Core.Scenarios.Scalar>))
            return Scalars(node, path);
        if (type != typeof(string) && type != typeof(Condition) && !type.IsValueType)
            return Record(node, path, type);
        if (node is not TextNode { Text: var text } given || given.IsNull)
        {
            return Hole(
                path,
                type == typeof(bool) ? FaultCodes.NotSwitch
                    : IsNumber(type) ? FaultCodes.NotNumber
                    : FaultCodes.NotText,
                ("name", Shown(node))
            );
        }

        if (type == typeof(string))
            return text;
        if (type == typeof(Condition))
            return Condition.Of(text);
        if (type == typeof(bool))
            return given.Plain && text is "true" or "false" ? text == "true" : Hole(path, FaultCodes.NotSwitch, ("name", FaultList.Shown(text)));
        if (type.IsEnum)
            return Word(text, path, type);
        return Number(text, path, type);
    }

    private object? Number(string text, string path, Type type)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
            return Hole(path, FaultCodes.NotNumber, ("name", FaultList.Shown(text)));
        (long min, long max) =
            type == typeof(int) ? (int.MinValue, int.MaxValue)
            : type == typeof(uint) ? (0, uint.MaxValue)
            : (long.MinValue, long.MaxValue);
        return number >= min && number <= max
            ? Convert.ChangeType(number, type, CultureInfo.InvariantCulture)
            : Hole(path, FaultCodes.Range, ("given", number), ("min", min), ("max", max));
    }

    private object? Word(string text, string path, Type type)
    {
        IReadOnlyList<string> words = WordsOf(type);
        for (int i = 0; i < words.Count; i++)
        {
            if (words[i] == text)
                return type.GetFields(BindingFlags.Public | BindingFlags.Static)[i].GetValue(null);
        }
        faults.Unknown(path, FaultCodes.NotWord, text, words);
        HasHoles = true;
        return null;
    }

    private object? List(ScenarioNode node, string path, Type item)
    {
        if (node is not ListNode list)
            return Hole(path, FaultCodes.NotList);
        var made = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
        for (int i = 0; i < list.Items.Count; i++)
        {
            if (Value(list.Items[i], $"{path}[{i}]", item) is { } value)
                made.Add(value);
        }
        return made;
    }

    private Dictionary<string, Core.Scenarios.Scalar>? Scalars(ScenarioNode node, string path)
    {
        if (node is not MapNode map)
        {
            Hole(path, FaultCodes.NotMap, ("allowed", "–"));
            return null;
        }
        var made = new Dictionary<string, Core.Scenarios.Scalar>();
        foreach (MapField field in map.Fields)
        {
            if (Scalar(field.Value, Join(path, field.Name)) is { } value)
                made[field.Name] = value;
        }
        return made;
    }

    private Core.Scenarios.Scalar? Scalar(ScenarioNode node, string path)
    {
        if (node is TextNode { IsNull: false, Text: var text } given && text.Length <= Core.Scenarios.Scalar.MaxText)
        {
            if (!given.Plain)
                return Core.Scenarios.Scalar.Of(text);
            if (text is "true" or "false")
                return Core.Scenarios.Scalar.Of(text == "true");
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
                return Core.Scenarios.Scalar.Of(number);
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                return Core.Scenarios.Scalar.Of(text);
        }
        Hole(path, FaultCodes.NotScalar, ("most", Core.Scenarios.Scalar.MaxText));
        return null;
    }

    private LocalText? LocalText(ScenarioNode node, string path)
    {
        if (node is TextNode { IsNull: false } english)
            return Core.Scenarios.LocalText.Of(english.Text);
        if (node is not MapNode map)
        {
            Hole(path, FaultCodes.NotText);
            return null;
        }
        var languages = new Dictionary<string, string>();
        foreach (MapField field in map.Fields)
        {
            if (field.Value is TextNode { IsNull: false } text)
                languages[field.Name] = text.Text;
            else
                Hole(Join(path, field.Name), FaultCodes.NotText);
        }
        faults.Count(path, languages.Count, 1, MaxLanguages);
        return new(languages);
    }

    private const int MaxLanguages = 8;

    private void Unknown(string path, MapField field, IReadOnlyList<BoundField> known)
    {
        string at = Join(path, FaultList.Shown(field.Name));
        // { when: saw(server, TIME-WAIT) } is read as two fields.
        if (field.Value is TextNode { IsNull: true } && field.Name.Contains(')'))
        {
            faults.Add(Placed(new(at, Core.Texts.Message.Of(FaultCodes.QuoteComma, ("name", FaultList.Shown(field.Name)))), field));
        }
        else
        {
            string? nearest = Spelling.Nearest(field.Name, known.Select(k => k.Name));
            faults.Add(
                Placed(
                    new(
                        at,
                        Core.Texts.Message.Of(
                            FaultCodes.UnknownField,
                            ("name", FaultList.Shown(field.Name)),
                            ("allowed", string.Join(", ", known.Select(k => k.Name)))
                        )
                    )
                    {
                        Hint = nearest is null ? null : Core.Texts.Message.Of(FaultCodes.DidYouMean, ("name", nearest)),
                    },
                    field
                )
            );
        }
    }

    private static ScenarioFault Placed(ScenarioFault fault, MapField field) =>
        field.Line == 0 ? fault : fault with { Line = field.Line, Column = field.Column };

    private object? Hole(string path, string code, params ReadOnlySpan<(string Name, object? Value)> args)
    {
        faults.Add(path, code, args);
        HasHoles = true;
        return null;
    }

    private static bool IsNumber(Type type) => type == typeof(int) || type == typeof(uint) || type == typeof(long);

    private static string Shown(ScenarioNode node) =>
        node switch
        {
            TextNode text => FaultList.Shown(text.Text),
            ListNode => "[...]",
            _ => "...",
        };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}

/// <summary>A field of a scenario's record.</summary>
/// <param name="Name">As files spell it.</param>
/// <param name="Property">The record's property.</param>
/// <param name="IsRequired">True where it must be given.</param>
/// <param name="IsNullable">True where leaving it empty means something.</param>
internal sealed record BoundField(string Name, PropertyInfo Property, bool IsRequired, bool IsNullable)
{
    /// <summary>Its type, of a nullable value the type of the value.</summary>
    public Type Type { get; } = Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;
}
