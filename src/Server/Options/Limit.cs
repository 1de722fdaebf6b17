using System.ComponentModel;
using System.Globalization;

namespace ReuseAddrDashboard.Server.Options;

/// <summary>So many at most, or <c>all</c>.</summary>
/// <param name="Most">Null for all.</param>
[TypeConverter(typeof(Converter))]
internal readonly record struct Limit(int? Most)
{
    private const string AllWord = "all";

    public static Limit All => default;

    public static bool TryParse(string text, out Limit limit)
    {
        limit = default;
        if (text.Equals(AllWord, StringComparison.OrdinalIgnoreCase))
            return true;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return false;
        limit = new(number);
        return true;
    }

    public override string ToString() => Most?.ToString(CultureInfo.InvariantCulture) ?? AllWord;

    /// <summary>Lets the configuration's binder read it.</summary>
    internal sealed class Converter : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
            TryParse((string)value, out Limit limit) ? limit : throw new FormatException($"'{value}' is neither a number nor {AllWord}.");
    }
}
