using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Support;

/// <summary>Holds C# constants and struct layouts against this machine's C headers.</summary>
/// <param name="includes">The #include lines that declare them.</param>
internal sealed class CHeaders(string includes)
{
    /// <summary>Every constant of a class has the value that C gives its name.</summary>
    public void Hold(Type constants, int atLeast)
    {
        FieldInfo[] fields = [.. constants.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral)];
        Assert.True(fields.Length > atLeast);
        string prints = string.Concat(fields.Select(f => $"printf(\"{f.Name} %lld\\n\", (long long){f.Name});\n"));
        Assert.Equal(fields.Select(f => $"{f.Name} {Convert.ToInt64(f.GetRawConstantValue(), CultureInfo.InvariantCulture)}"), Run(prints));
    }

    /// <summary>Each struct has C's size, and each of its fields C's offset.</summary>
    public void Hold((string C, Type Type, (string C, string Name)[] Fields)[] structs)
    {
        string prints = string.Concat(
            structs.Select(s =>
                $"printf(\"{s.C} %zu\\n\", sizeof(struct {s.C}));\n"
                + string.Concat(s.Fields.Select(f => $"printf(\"{s.C}.{f.C} %zu\\n\", offsetof(struct {s.C}, {f.C}));\n"))
            )
        );
        IEnumerable<string> ours = structs.SelectMany(s =>
            s.Fields.Select(f => $"{s.C}.{f.C} {Marshal.OffsetOf(s.Type, f.Name)}").Prepend($"{s.C} {Marshal.SizeOf(s.Type)}")
        );
        Assert.Equal(ours, Run(prints));
    }

    private IEnumerable<string> Run(string prints) => CProgram.Run($"{includes} int main(void) {{ {prints} return 0; }}");
}
