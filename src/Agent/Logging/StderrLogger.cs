using System.Globalization;
using Microsoft.Extensions.Logging;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Logging;

/// <summary>Log lines on standard error, one plain line each.</summary>
internal sealed class StderrLogger(TimeProvider time) : ILoggerProvider
{
    /// <summary>A line is cut here: an exception's text may hold anything.</summary>
    public const int MaxLine = 1000;

    public ILogger CreateLogger(string categoryName) => new Category(categoryName[(categoryName.LastIndexOf('.') + 1)..], time);

    public void Dispose() { }

    private sealed class Category(string name, TimeProvider time) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string text = formatter(state, exception);
            if (exception is not null)
                text = $"{text} {exception.GetType().Name}: {exception.Message}";
            text = PlainLine.From(text.ReplaceLineEndings(" "));
            string line = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {Short(logLevel)} {name}: {text}");
            Console.Error.WriteLine(line.Length > MaxLine ? line[..MaxLine] : line);
        }

        private static string Short(LogLevel level) =>
            level switch
            {
                LogLevel.Trace => "trace",
                LogLevel.Debug => "debug",
                LogLevel.Information => "info",
                LogLevel.Warning => "warn",
                LogLevel.Error => "error",
                _ => "fatal",
            };
    }
}
