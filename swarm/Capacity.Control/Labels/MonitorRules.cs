using Capacity.Model;

namespace Capacity.Control.Labels;

/// <summary>A service's labels → the alert rules that docker-flow-monitor makes of them.</summary>
/// <remarks>Source: docker-flow-monitor, server/server.go; docker-flow-swarm-listener sends each label as a
/// parameter.</remarks>
public static class MonitorRules
{
    /// <summary>What the names of labels begin with that the listener passes on.</summary>
    public const string LabelPrefix = "com.df.";

    private const int NumberedAlertsMax = 10;
    private static readonly string[] Operators = ["unless", "and", "or"];

    /// <summary>The rules of one service of a stack.</summary>
    /// <param name="service">From the stack file.</param>
    /// <param name="stack">The stack's name; empty when there is none.</param>
    public static Parsed<IReadOnlyList<MonitorAlert>> FromService(StackService service, string stack) =>
        FromLabels(service.NameIn(stack), service.IsGlobal ? 0 : service.Replicas, service.Labels);

    /// <summary>The rules that labels with the prefix <c>com.df.</c> become.</summary>
    /// <param name="serviceName">The service in the swarm.</param>
    /// <param name="replicas">Desired replicas; 0 for a global service.</param>
    /// <param name="labels">Other labels are ignored.</param>
    public static Parsed<IReadOnlyList<MonitorAlert>> FromLabels(
        string serviceName, int replicas, IReadOnlyList<StackLabel> labels) => FromParameters(serviceName, replicas,
            [.. labels.Where(l => l.Key.StartsWith(LabelPrefix, StringComparison.Ordinal))
                .Select(l => l with { Key = l.Key[LabelPrefix.Length..] })]);

    /// <summary>The rules that the parameters of one reconfigure request become, <c>serviceName</c> and <c>replicas</c>
    /// among them.</summary>
    /// <param name="parameters">
    /// Of several with one name the first counts; but the last for the service and for the alert without a number.
    /// </param>
    public static Parsed<IReadOnlyList<MonitorAlert>> FromRequest(IReadOnlyList<StackLabel> parameters)
    {
        string Value(string key) => parameters.LastOrDefault(p => p.Key == key)?.Value ?? "";
        _ = GoInteger.TryAtoi(Value("replicas"), out long replicas); // no number is 0
        return FromParameters(Value("serviceName"), replicas, parameters);
    }

    /// <summary>The rules that the parameters of one reconfigure request become.</summary>
    /// <param name="serviceName">The service in the swarm.</param>
    /// <param name="replicas">What the request says; 0 when it says nothing or no number.</param>
    /// <param name="parameters">Of several with one name the first counts; the last for the alert without a
    /// number.</param>
    /// <returns>
    /// Rules, perhaps with warnings CAP050 (unknown shortcut) and CAP051 (too few values), which the monitor does not
    /// notice but Prometheus refuses; or CAP052 (an entry without <c>=</c>), on which the monitor's request fails.
    /// </returns>
    public static Parsed<IReadOnlyList<MonitorAlert>> FromParameters(
        string serviceName, long replicas, IReadOnlyList<StackLabel> parameters)
    {
        var reading = new Reading(serviceName, replicas, parameters);
        return Parsed<IReadOnlyList<MonitorAlert>>.From(reading.Alerts(), reading.Diagnostics);
    }

    /// <summary>The name of a service or alert as it begins a rule's name: without hyphens.</summary>
    internal static string Formatted(string name) => name.Replace("-", "", StringComparison.Ordinal);

    private static (string Head, string Operator, string Tail) SplitAtOperator(string text)
    {
        (int at, string found) = (text.Length, "");
        foreach (string op in Operators)
        {
            int index = text.IndexOf($"_{op}_", StringComparison.Ordinal);
            if (index >= 0 && index < at)
            {
                (at, found) = (index, op);
            }
        }

        return found.Length == 0 ? (text, "", "") : (text[..at], found, text[(at + found.Length + 2)..]);
    }

    private sealed class Reading(string serviceName, long replicas, IReadOnlyList<StackLabel> parameters)
    {
        public List<Diagnostic> Diagnostics { get; } = [];

        public List<MonitorAlert> Alerts()
        {
            var alerts = new List<MonitorAlert>();
            if (Alert("", mapsFirst: false) is { } unnumbered)
            {
                alerts.Add(unnumbered);
            }

            for (int i = 1; i <= NumberedAlertsMax; i++)
            {
                if (Alert($".{i}", mapsFirst: true) is not { } numbered)
                {
                    break; // The first gap ends the numbering.
                }

                alerts.Add(numbered);
            }

            return alerts;
        }

        private StackLabel? Find(string key) => parameters.FirstOrDefault(p => p.Key == key);

        // The monitor reads the alert without a number with a form decoder, which keeps the last of equal names.
        private StackLabel? Find(string key, string suffix) => suffix.Length == 0
            ? parameters.LastOrDefault(p => p.Key == key)
            : Find(key + suffix);

        private string Text(string key, string suffix) => Find(key, suffix)?.Value ?? "";

        // The monitor reads the maps of a numbered alert before it knows whether the alert is there at all.
        private MonitorAlert? Alert(string suffix, bool mapsFirst)
        {
            string name = Text("alertName", suffix);
            string condition = Text("alertIf", suffix);
            bool valid = name.Length > 0 && condition.Length > 0;
            if (!valid && !mapsFirst)
            {
                return null;
            }

            SortedDictionary<string, string> annotations = Map("alertAnnotations" + suffix);
            SortedDictionary<string, string> labels = Map("alertLabels" + suffix);
            if (!valid)
            {
                return null;
            }

            SourceSpan at = Find("alertIf", suffix)!.At;
            return new MonitorAlert
            {
                Name = Formatted($"{serviceName}_{name}"),
                ServiceName = serviceName,
                Expr = Expression(condition, labels, annotations, at),
                For = Text("alertFor", suffix),
                Labels = [.. labels],
                Annotations = [.. annotations],
                IsPersistent = Text("alertPersistent", suffix) == "true",
                At = at,
            };
        }

        private SortedDictionary<string, string> Map(string key)
        {
            var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
            if (Find(key) is not { Value.Length: > 0 } label)
            {
                return map;
            }

            foreach (string entry in label.Value.Split(','))
            {
                string[] parts = entry.Split('=');
                if (parts.Length < 2)
                {
                    Diagnostics.Add(new Diagnostic("CAP052", label.At, $"'{entry}' in '{key}' has no '='",
                        "write 'name=value,name=value'; neither may contain a comma or an equals sign"));
                    continue;
                }

                map[parts[0]] = parts[1];
            }

            return map;
        }

        private string Expression(string condition, SortedDictionary<string, string> labels,
            SortedDictionary<string, string> annotations, SourceSpan at)
        {
            if (!condition.StartsWith('@'))
            {
                return condition;
            }

            return SplitAtOperator(condition).Operator.Length > 0
                ? Compound(condition, annotations, at)
                : Single(condition, labels, annotations, at);
        }

        private string Single(string condition, SortedDictionary<string, string> labels,
            SortedDictionary<string, string> annotations, SourceSpan at)
        {
            if (Shortcut(condition, at) is not ({ } shortcut, { } values))
            {
                return condition;
            }

            annotations.TryAdd("summary", Fill(shortcut.Summary, values));
            foreach ((string key, string value) in shortcut.DefaultLabels(serviceName))
            {
                labels.TryAdd(key, value);
            }

            return Fill(shortcut.Expression, values);
        }

        // Compound conditions get no default labels, and no parentheses: PromQL's precedence decides.
        private string Compound(string condition, SortedDictionary<string, string> annotations, SourceSpan at)
        {
            var (expression, summary) = (new System.Text.StringBuilder(), new System.Text.StringBuilder());
            (string head, string op, string tail) = SplitAtOperator(condition);
            while (head.Length > 0)
            {
                if (Shortcut(head, at) is not ({ } shortcut, { } values))
                {
                    return condition;
                }

                string joint = op.Length > 0 ? $" {op} " : "";
                expression.Append(Fill(shortcut.Expression, values)).Append(joint);
                summary.Append(Fill(shortcut.Summary, values)).Append(joint);
                (head, op, tail) = SplitAtOperator(tail);
            }

            annotations.TryAdd("summary", summary.ToString());
            return expression.ToString();
        }

        private (AlertShortcut? Shortcut, string[]? Values) Shortcut(string text, SourceSpan at)
        {
            string[] pieces = text.Split(':');
            if (AlertShortcut.Find(pieces[0]) is not { } shortcut)
            {
                string? near = Spelling.Nearest(pieces[0], AlertShortcut.Names);
                Diagnostics.Add(new Diagnostic("CAP050", at,
                    $"unknown alert shortcut '{pieces[0]}'; Prometheus will refuse "
                    + "the whole rule file and keep the old one", near is null
                        ? $"known shortcuts: {string.Join(", ", AlertShortcut.Names)}" : $"did you mean '{near}'?",
                    Severity.Warning));
                return (null, null);
            }

            string[] values = (pieces.Length > 1 ? pieces[1] : "").Split(',');
            if (values.Length < shortcut.Values || (shortcut.Values > 0 && values[0].Length == 0))
            {
                Diagnostics.Add(new Diagnostic("CAP051", at, $"'{text}' gives too few values: {shortcut.Name} needs "
                    + $"{shortcut.Values}; Prometheus will refuse the whole rule file and keep the old one",
                    $"write {shortcut.Name}:value,value with {shortcut.Values} values", Severity.Warning));
            }

            return (shortcut, values);
        }

        private string Fill(string template, string[] values) =>
            AlertShortcut.Fill(template, serviceName, replicas, values);
    }
}
